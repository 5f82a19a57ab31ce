with in_force as (

    {{ discounts_in_force(
        ref('int_discount_candidates'), ref('int_invoice_terms'), ref('stg_coupons'),
        ref('int_invoice_lines'), ref('int_coupon_products')
    ) }}

)

select * from in_force
