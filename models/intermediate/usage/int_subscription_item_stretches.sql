{{ subscription_item_stretches(
    ref('int_subscription_versions'), ref('stg_subscription_items'), ref('stg_prices')
) }}
