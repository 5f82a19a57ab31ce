with versions as (

    {{ current_version(source('lake', 'coupons')) }}

)

select
    id as coupon_id,
    percent_off,
    amount_off,
    currency,
    duration,
    duration_in_months,
    applies_to_products,
    valid as is_valid,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
