{# usage_per_timestamp(subscription_item): the item's usage at each second that has any, after
   increments and sets, newest first, whether or not a billing period counts it. #}
{% macro create_usage_per_timestamp_function() %}
    create or replace macro main.usage_per_timestamp(subscription_item) as table
    select
        usage_at.subscription_item_id,
        usage_at.used_at,
        usage_at.quantity,
        usage_at.record_count
    from intermediate.int_usage_per_timestamp as usage_at
    where
        usage_at.subscription_item_id_hash = {{ lookup_hash('subscription_item') }}
        and usage_at.subscription_item_id = subscription_item
    order by usage_at.used_at desc
{% endmacro %}
