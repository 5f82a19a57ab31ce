{{ subscription_discount_candidates(
    ref('int_invoice_terms'),
    ref('stg_subscriptions'),
    ref('stg_subscription_items'),
    ref('stg_customers'),
    ref('int_left_item_terms')
) }}
