with versions as (

    {{ current_version(source('lake', 'credit_grants')) }}

)

select
    id as credit_grant_id,
    customer as customer_id,
    name,
    category,
    amount,
    currency,
    grant_effective_at,
    expires_at,
    voided_at,
    priority,
    scope_price_type,
    scope_prices,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
