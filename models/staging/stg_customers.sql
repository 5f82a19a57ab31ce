with versions as (

    {{ current_version(source('lake', 'customers')) }}

)

select
    id as customer_id,
    name,
    email,
    currency,
    coalesce(balance, 0) as balance,
    coalesce(tax_exempt, 'none') as tax_exempt,
    discount_coupon as discount_coupon_id,
    discount_start_at,
    discount_end_at,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
