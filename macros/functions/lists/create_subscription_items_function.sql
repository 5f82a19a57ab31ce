{# subscription_items(subscription): the items that a subscription has, newest first, with the
   columns of the mart of that name; an unknown subscription is refused. The endpoint reads its
   pages from intermediate.listed_subscription_items(subscription). #}
{% macro create_subscription_items_function() %}
    create or replace macro intermediate.listed_subscription_items(subscription) as table
    select items.*
    from main.subscription_items as items
    where items.subscription_id = subscription and items.deleted_at is null;

    create or replace macro main.subscription_items(subscription) as table
    select listed.*
    from intermediate.listed_subscription_items(subscription) as listed
    union all
    select nothing.*
    from main.subscription_items as nothing
    right join range(1) as refused
        on false
    where {{ is_refused(
        'subscription',
        'subscription',
        'select 1 from main.subscriptions as known where known.id = subscription'
    ) }}
    order by created_at desc, id desc
{% endmacro %}
