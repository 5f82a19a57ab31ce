with

invoice_items as (

    select *
    from {{ ref('stg_invoice_items') }}
    where not is_deleted

),

-- What an invoice took when it was raised no longer waits, whether or not the item says so.
raised as (

    select lines.invoice_item_id
    from {{ ref('int_moved_invoice_item_lines') }} as lines
    inner join {{ ref('int_draft_invoices') }} as drafts
        on lines.invoice_id = drafts.invoice_id
    where not drafts.is_upcoming

),

pending as (

    select items.invoice_item_id
    from {{ ref('int_movable_invoice_items') }} as items
    left join raised
        on items.invoice_item_id = raised.invoice_item_id
    where
        items.state = 'pending'
        and raised.invoice_item_id is null

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
