with

invoice_items as (

    select
        invoice_item_id,
        discounts
    from {{ ref('stg_invoice_items') }}
    where not is_deleted

),

exploded as (

    {{ explode('invoice_items', 'discounts', ['invoice_item_id']) }}

)

select
    invoice_item_id,
    cast(position as integer) as position,
    coalesce(element.id, {{ stable_id('di_', ['invoice_item_id', 'element.coupon']) }})
        as discount_id,
    element.coupon as coupon_id,
    element.end_at
from exploded
