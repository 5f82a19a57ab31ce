{#- What metered items used in each of their periods: from usage records or, where the price has a
    meter, from its events. -#}
with

periods as (

    select
        billing_periods.subscription_item_id,
        billing_periods.subscription_id,
        billing_periods.customer_id,
        billing_periods.price_id,
        prices.meter_id,
        billing_periods.period_start,
        billing_periods.period_end,
        billing_periods.is_trial,
        billing_periods.livemode,
        concat(
            billing_periods.subscription_item_id,
            ':',
            cast({{ unix_seconds('billing_periods.period_start') }} as varchar)
        ) as period_key
    from {{ ref('billing_periods') }} as billing_periods
    inner join {{ ref('stg_prices') }} as prices
        on billing_periods.price_id = prices.price_id
    where billing_periods.usage_type = 'metered'

),

meter_periods as (

    select
        period_key,
        meter_id,
        customer_id,
        period_start,
        period_end
    from periods
    where meter_id is not null

),

meter_usage as (

    {{ meter_usage_over('meter_periods') }}

),

usage_record_summaries as (

    select
        subscription_item_id,
        period_start,
        total_usage
    from {{ ref('usage_record_summaries') }}

)

select
    periods.period_key,
    periods.subscription_item_id,
    periods.subscription_id,
    periods.customer_id,
    periods.price_id,
    periods.meter_id,
    periods.period_start,
    periods.period_end,
    periods.is_trial,
    case when periods.meter_id is null then 'usage_records' else 'meter' end as quantity_source,
    cast(
        coalesce(meter_usage.aggregated_value, usage_record_summaries.total_usage, 0)
        as {{ quantity_type() }}
    ) as used_quantity,
    periods.livemode
from periods
left join meter_usage
    on periods.period_key = meter_usage.period_key
left join usage_record_summaries
    on
        periods.subscription_item_id = usage_record_summaries.subscription_item_id
        and periods.period_start = usage_record_summaries.period_start
