{#- What metered items used in each of their periods: from usage records or, where the price has
    a meter, from its events. A period in which an item of a meter changed its price has a row
    for each price that is billed. -#}
with

item_periods as (

    select * from {{ ref('int_metered_periods') }}

),

-- Of a period on several prices: what is billed when it ends.
spans as (

    select *
    from {{ ref('int_metered_spans') }}
    where next_changed_at is null

),

periods as (

    select
        item_periods.subscription_item_id,
        item_periods.subscription_id,
        item_periods.customer_id,
        coalesce(spans.price_id, item_periods.price_id) as price_id,
        coalesce(spans.meter_id, item_periods.meter_id) as meter_id,
        coalesce(spans.shown_from, item_periods.period_start) as period_start,
        coalesce(spans.used_until, item_periods.period_end) as period_end,
        item_periods.period_end as boundary_at,
        coalesce(spans.used_from, item_periods.period_start) as used_from,
        coalesce(spans.used_until, item_periods.period_end) as used_until,
        item_periods.is_trial,
        item_periods.livemode
    from item_periods
    left join spans
        on
            item_periods.subscription_item_id = spans.subscription_item_id
            and item_periods.period_start = spans.period_start

),

keyed as (

    select
        periods.*,
        concat(
            subscription_item_id,
            ':metered:',
            cast({{ unix_seconds('period_start') }} as varchar)
        ) as line_source_id
    from periods

),

meter_periods as (

    select
        line_source_id as period_key,
        meter_id,
        customer_id,
        used_from as period_start,
        used_until as period_end
    from keyed
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
