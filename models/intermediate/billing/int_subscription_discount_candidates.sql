{{ subscription_discount_candidates(
    ref('int_invoice_terms'),
    ref('stg_subscriptions'),
    ref('stg_subscription_items'),
    ref('int_customer_versions'),
    ref('int_left_item_terms')
) }}
