select
    coupon_id,
    percent_off,
    amount_off,
    currency
from {{ ref('stg_coupons') }}
