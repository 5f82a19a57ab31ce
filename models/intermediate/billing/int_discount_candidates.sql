{#- The discounts that each draft's items carry and, on the whole of it, its subscription or, where
    that has none, its customer; whether or not they count any more. -#}
with

invoice_items as (

    select
        invoice_item_id,
        discounts
    from {{ ref('stg_invoice_items') }}

),

invoice_item_discounts as (

    {{ explode('invoice_items', 'discounts', ['invoice_item_id']) }}

),

lines as (

    select
        invoice_id,
        invoice_item_id
    from {{ ref('int_invoice_lines') }}
    where invoice_item_id is not null

),

of_invoice_items as (

    select distinct
        lines.invoice_id,
        cast('item' as varchar) as scope,
        cast(null as varchar) as subscription_item_id,
        discounts.invoice_item_id,
        discounts.position as given_position,
        coalesce(
            discounts.element.id,
            {{ stable_id('di_', ['discounts.invoice_item_id', 'discounts.element.coupon']) }}
        ) as discount_id,
        discounts.element.coupon as coupon_id,
        discounts.element.start_at,
        discounts.element.end_at
    from invoice_item_discounts as discounts
    inner join lines
        on discounts.invoice_item_id = lines.invoice_item_id

)

select * from {{ ref('int_subscription_discount_candidates') }}

union all

select * from of_invoice_items
