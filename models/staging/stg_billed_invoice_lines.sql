with invoices as (

    select
        invoice_id,
        customer_id,
        coalesce(period_start, created_at, effective_at) as invoice_from,
        coalesce(period_end, period_start, created_at, effective_at) as invoice_until,
        lines
    from {{ ref('stg_billed_invoices') }}

),

exploded as (

    {{ explode('invoices', 'lines', [
        'invoice_id', 'customer_id', 'invoice_from', 'invoice_until'
    ]) }}

)

select
    element.id as invoice_line_id,
    invoice_id,
    customer_id,
    cast(position as integer) as line_position,
    element.type,
    element.amount,
    element.currency,
    element.description,
    -- a line that says no period is of the invoice's
    coalesce(element.period_start_at, invoice_from) as period_start,
    coalesce(element.period_end_at, invoice_until) as period_end,
    element.price as price_id,
    element.product as product_id,
    element.quantity,
    element.proration as is_proration,
    element.subscription as subscription_id,
    element.subscription_item as subscription_item_id,
    element.invoice_item as invoice_item_id,
    coalesce(element.discountable, true) as is_discountable,
    coalesce(element.metadata_json, '{}') as metadata_json
from exploded
