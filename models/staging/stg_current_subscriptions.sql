with versions as (

    {{ current_version(source('lake', 'subscriptions')) }}

)

select
    id as subscription_id,
    customer as customer_id,
    currency,
    status,
    collection_method,
    default_tax_rates,
    discounts,
    billing_mode,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
