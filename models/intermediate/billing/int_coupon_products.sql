with

coupons as (

    select
        coupon_id,
        applies_to_products
    from {{ ref('stg_coupons') }}

),

exploded as (

    {{ explode('coupons', 'applies_to_products', ['coupon_id']) }}

)

select distinct
    coupon_id,
    element as product_id
from exploded
