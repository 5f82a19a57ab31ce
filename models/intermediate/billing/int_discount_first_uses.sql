{{ first_uses_of_discounts(
    ref('int_subscription_discount_candidates'), ref('int_invoice_terms'), ref('stg_coupons')
) }}
