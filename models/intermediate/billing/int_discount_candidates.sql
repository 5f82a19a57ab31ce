{#- The discounts that each draft's items carry and, on the whole of it, its subscription or, where
    that has none, its customer; whether or not they count any more. -#}
with

terms as (

    select * from {{ ref('int_invoice_terms') }}

),

lines as (

    select * from {{ ref('int_invoice_lines') }}

),

item_versions as (

    select
        batch_id,
        batch_row,
        subscription_item_id,
        discounts
    from {{ ref('stg_subscription_items') }}

),

item_discounts as (

    {{ explode('item_versions', 'discounts', ['batch_id', 'batch_row', 'subscription_item_id']) }}

),

subscription_versions as (

    select
        batch_id,
        batch_row,
        subscription_id,
        discounts
    from {{ ref('stg_subscriptions') }}

),

subscription_discounts as (

    {{ explode(
        'subscription_versions', 'discounts', ['batch_id', 'batch_row', 'subscription_id']
    ) }}

),

invoice_items as (

    select
        invoice_item_id,
        discounts
    from {{ ref('stg_invoice_items') }}

),

invoice_item_discounts as (

    {{ explode('invoice_items', 'discounts', ['invoice_item_id']) }}

),

customers as (

    select
        customer_id,
        discount_coupon_id,
        discount_start_at,
        discount_end_at
    from {{ ref('stg_customers') }}
    where discount_coupon_id is not null

),

of_subscription_items as (

    select
        terms.invoice_id,
        cast('item' as varchar) as scope,
        item_discounts.subscription_item_id,
        cast(null as varchar) as invoice_item_id,
        item_discounts.position as given_position,
        coalesce(
            item_discounts.element.id,
            {{ stable_id('di_', [
                'item_discounts.subscription_item_id', 'item_discounts.element.coupon'
            ]) }}
        ) as discount_id,
        item_discounts.element.coupon as coupon_id,
        item_discounts.element.start_at,
        item_discounts.element.end_at
    from terms
    inner join item_discounts
        on
            terms.batch_id = item_discounts.batch_id
            and terms.batch_row = item_discounts.batch_row

),

of_invoice_items as (

    select distinct
        lines.invoice_id,
        cast('item' as varchar) as scope,
        cast(null as varchar) as subscription_item_id,
        invoice_item_discounts.invoice_item_id,
        invoice_item_discounts.position as given_position,
        coalesce(
            invoice_item_discounts.element.id,
            {{ stable_id('di_', [
                'invoice_item_discounts.invoice_item_id', 'invoice_item_discounts.element.coupon'
            ]) }}
        ) as discount_id,
        invoice_item_discounts.element.coupon as coupon_id,
        invoice_item_discounts.element.start_at,
        invoice_item_discounts.element.end_at
    from invoice_item_discounts
    inner join lines
        on invoice_item_discounts.invoice_item_id = lines.invoice_item_id

),

of_subscriptions as (

    select
        terms.invoice_id,
        cast('invoice' as varchar) as scope,
        cast(null as varchar) as subscription_item_id,
        cast(null as varchar) as invoice_item_id,
        subscription_discounts.position as given_position,
        coalesce(
            subscription_discounts.element.id,
            {{ stable_id('di_', [
                'subscription_discounts.subscription_id', 'subscription_discounts.element.coupon'
            ]) }}
        ) as discount_id,
        subscription_discounts.element.coupon as coupon_id,
        subscription_discounts.element.start_at,
        subscription_discounts.element.end_at
    from terms
    inner join subscription_discounts
        on
            terms.batch_id = subscription_discounts.batch_id
            and terms.batch_row = subscription_discounts.batch_row

),

superseding as (

    select distinct invoice_id
    from of_subscriptions

),

of_customers as (

    select
        terms.invoice_id,
        cast('invoice' as varchar) as scope,
        cast(null as varchar) as subscription_item_id,
        cast(null as varchar) as invoice_item_id,
        1 as given_position,
        {{ stable_id('di_', ['customers.customer_id', 'customers.discount_coupon_id']) }}
            as discount_id,
        customers.discount_coupon_id as coupon_id,
        customers.discount_start_at as start_at,
        customers.discount_end_at as end_at
    from terms
    inner join customers
        on terms.customer_id = customers.customer_id
    left join superseding
        on terms.invoice_id = superseding.invoice_id
    where superseding.invoice_id is null

),

candidates as (

    select * from of_subscription_items
    union all
    select * from of_invoice_items
    union all
    select * from of_subscriptions
    union all
    select * from of_customers

)

select * from candidates
