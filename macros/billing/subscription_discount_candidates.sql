{# The discounts that subscriptions, their items and their customers carry, in the shape of
   discounts_in_force's `candidates`, whether or not they count any more.

   `terms` has invoice_id, customer_id, created_at, batch_id and batch_row (the version of the
   subscription that says what applies), `customer_versions` is int_customer_versions.
   `left_item_terms`, in the shape of int_left_item_terms, has the items that this version lists no
   more and what said what applied to them. A customer's discount, of the version in force at
   created_at, applies where the subscription has none that counts (`is_of_customer`).
   Source: Stripe's coupons page. #}
{% macro subscription_discount_candidates(
    terms, subscription_versions, subscription_items, customer_versions, left_item_terms=none
) %}
    with

    item_discounts as (

        {{ explode(subscription_items, 'discounts', [
            'batch_id', 'batch_row', 'subscription_item_id'
        ]) }}

    ),

    item_terms as (

        {{ item_terms(terms, left_item_terms) }}

    ),

    subscription_discounts as (

        {{ explode(subscription_versions, 'discounts', [
            'batch_id', 'batch_row', 'subscription_id'
        ]) }}

    ),

    of_subscriptions as (

        select
            terms.invoice_id,
            cast('invoice' as varchar) as scope,
            cast(null as varchar) as subscription_item_id,
            cast(null as varchar) as invoice_item_id,
            discounts.position as given_position,
            coalesce(
                discounts.element.id,
                {{ stable_id('di_', [
                    'discounts.subscription_id', 'discounts.element.coupon'
                ]) }}
            ) as discount_id,
            discounts.element.coupon as coupon_id,
            discounts.element.start_at,
            discounts.element.end_at,
            false as is_of_customer
        from {{ terms }} as terms
        inner join subscription_discounts as discounts
            on
                terms.batch_id = discounts.batch_id
                and terms.batch_row = discounts.batch_row

    )

    select
        item_terms.invoice_id,
        cast('item' as varchar) as scope,
        discounts.subscription_item_id,
        cast(null as varchar) as invoice_item_id,
        discounts.position as given_position,
        coalesce(
            discounts.element.id,
            {{ stable_id('di_', [
                'discounts.subscription_item_id', 'discounts.element.coupon'
            ]) }}
        ) as discount_id,
        discounts.element.coupon as coupon_id,
        discounts.element.start_at,
        discounts.element.end_at,
        false as is_of_customer
    from item_terms
    inner join item_discounts as discounts
        on {{ is_said_of_item('item_terms', 'discounts') }}

    union all

    select * from of_subscriptions

    union all

    select
        terms.invoice_id,
        cast('invoice' as varchar) as scope,
        cast(null as varchar) as subscription_item_id,
        cast(null as varchar) as invoice_item_id,
        1 as given_position,
        customers.discount_id,
        customers.discount_coupon_id as coupon_id,
        customers.discount_start_at as start_at,
        customers.discount_end_at as end_at,
        true as is_of_customer
    from {{ terms }} as terms
    inner join {{ customer_versions }} as customers
        on {{ is_customer_then('terms', 'customers') }}
    where customers.discount_coupon_id is not null
{% endmacro %}
