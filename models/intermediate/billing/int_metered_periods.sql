select
    billing_periods.subscription_item_id,
    billing_periods.subscription_id,
    billing_periods.customer_id,
    billing_periods.price_id,
    prices.meter_id,
    billing_periods.period_start,
    billing_periods.period_end,
    billing_periods.is_trial,
    billing_periods.livemode
from {{ ref('billing_periods') }} as billing_periods
inner join {{ ref('stg_prices') }} as prices
    on billing_periods.price_id = prices.price_id
where billing_periods.usage_type = 'metered'
