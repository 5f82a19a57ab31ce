with versions as (

    {{ current_version(source('lake', 'invoice_items')) }}

)

select
    id as invoice_item_id,
    customer as customer_id,
    invoice as invoice_id,
    subscription as subscription_id,
    subscription_item as subscription_item_id,
    amount,
    currency,
    description,
    date_at,
    coalesce(period_start_at, date_at) as period_start,
    coalesce(period_end_at, date_at) as period_end,
    price as price_id,
    coalesce(quantity, 1) as quantity,
    unit_amount_decimal,
    coalesce(proration, false) as is_proration,
    coalesce(discountable, true) as is_discountable,
    tax_rates,
    discounts,
    coalesce(metadata_json, '{}') as metadata_json,
    created_at,
    effective_at,
    observed_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
