with

candidates as (

    select * from {{ ref('int_subscription_discount_candidates') }}

),

invoices as (

    select * from {{ ref('int_invoice_terms') }}

),

coupons as (

    select * from {{ ref('stg_coupons') }}

),

named as (

    {{ named_line_discounts(
        ref('int_invoice_lines'), ref('int_invoice_item_discounts'), 'invoices'
    ) }}

),

discounts as (

    {{ discounts_in_other_currencies('candidates', 'invoices', 'coupons') }}

    union all

    select
        named.invoice_id,
        cast(null as varchar) as subscription_item_id,
        named.discount_id,
        named.coupon_id,
        false as is_of_customer
    from named
    inner join coupons
        on named.coupon_id = coupons.coupon_id
    where
        coupons.amount_off is not null
        and coalesce(coupons.currency <> named.currency, true)

)

select distinct
    invoice_id,
    subscription_item_id,
    discount_id,
    coupon_id,
    is_of_customer
from discounts
