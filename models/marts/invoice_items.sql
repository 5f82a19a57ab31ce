with

invoice_items as (

    select *
    from {{ ref('stg_invoice_items') }}
    where not is_deleted

),

pending as (

    select invoice_item_id
    from {{ ref('int_movable_invoice_items') }}
    where state = 'pending'

)

select
    invoice_items.invoice_item_id as id,
    invoice_items.customer_id,
    invoice_items.invoice_id,
    invoice_items.subscription_id,
    invoice_items.subscription_item_id,
    invoice_items.price_id,
    invoice_items.amount,
    invoice_items.currency,
    invoice_items.description,
    cast(invoice_items.quantity as {{ quantity_type() }}) as quantity,
    invoice_items.unit_amount_decimal,
    invoice_items.period_start,
    invoice_items.period_end,
    invoice_items.date_at,
    invoice_items.is_proration,
    invoice_items.is_discountable,
    pending.invoice_item_id is not null as is_pending,
    invoice_items.metadata_json,
    invoice_items.livemode
from invoice_items
left join pending
    on invoice_items.invoice_item_id = pending.invoice_item_id
