with

eligible as (

    {{ eligible_discounts(
        ref('int_invoice_lines'), ref('int_invoice_discounts'), ref('int_coupon_products'),
        ref('int_invoice_line_own_discounts')
    ) }}

),

discounted as (

    {{ discount_amounts(ref('int_ordered_invoice_lines'), 'eligible') }}

)

select * from discounted
