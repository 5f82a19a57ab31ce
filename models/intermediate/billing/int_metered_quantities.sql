{#- What metered items used in each of their periods: from usage records or, where the price has
    a meter, from its events. A period in which an item of a meter changed its price has a row
    for each price that is billed. -#}
with

keyed as (

    {{ metered_price_periods(ref('int_metered_periods'), ref('int_metered_spans')) }}

),

meter_usage as (

    select * from {{ ref('int_meter_price_usage') }}

),

usage_record_summaries as (

    select
        subscription_item_id,
        period_start,
        total_usage
    from {{ ref('usage_record_summaries') }}

)

select
    keyed.line_source_id,
    keyed.subscription_item_id,
    keyed.subscription_id,
    keyed.customer_id,
    keyed.price_id,
    keyed.meter_id,
    keyed.period_start,
    keyed.period_end,
    keyed.boundary_at,
    keyed.is_trial,
    case when keyed.meter_id is null then 'usage_records' else 'meter' end as quantity_source,
    cast(
        coalesce(meter_usage.aggregated_value, usage_record_summaries.total_usage, 0)
        as {{ quantity_type() }}
    ) as used_quantity,
    keyed.used_from,
    keyed.used_until,
    meter_usage.event_count,
    meter_usage.cut_event_count,
    meter_usage.cut_usage,
    keyed.livemode
from keyed
left join meter_usage
    on keyed.line_source_id = meter_usage.period_key
left join usage_record_summaries
    on
        keyed.meter_id is null
        and keyed.subscription_item_id = usage_record_summaries.subscription_item_id
        and keyed.period_start = usage_record_summaries.period_start
