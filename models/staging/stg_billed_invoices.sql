with versions as (

    {{ current_version(source('lake', 'billed_invoices')) }}

)

select
    id as invoice_id,
    customer as customer_id,
    subscription as subscription_id,
    status,
    billing_reason,
    currency,
    period_start_at as period_start,
    period_end_at as period_end,
    subtotal,
    total,
    amount_due,
    tax,
    number,
    auto_advance as is_auto_advance,
    default_tax_rates,
    coalesce(metadata_json, '{}') as metadata_json,
    lines,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
