with

meters as (

    select
        meter_id,
        meter_key,
        formula = 'sum' as is_added_up
    from {{ ref('meter_keys') }}

),

rollup as (

    select
        meters.meter_id,
        cast(
            {{ from_unix_seconds(
                'cast(' ~ whole_windows('rollup.quarter_hour', 96) ~ ' as bigint) * 86400'
            ) }} as date
        ) as day,
        rollup.customer_key,
        rollup.event_count,
        case when meters.is_added_up then rollup.value_sum end as value_sum
    from {{ ref('meter_quarter_hours') }} as rollup
    inner join meters
        on rollup.meter_key = meters.meter_key

),

summaries as (

    select
        summaries.meter_id,
        cast(summaries.start_time as date) as day,
        summaries.customer_id,
        summaries.event_count,
        case when meters.is_added_up then summaries.aggregated_value end as value_sum
    from {{ ref('meter_event_summaries_daily') }} as summaries
    inner join meters
        on summaries.meter_id = meters.meter_id

),

rolled_up_by_day as (

    select
        meter_id,
        day,
        {{ quantity_side('source', 'value_sum') }}
    from rollup
    group by
        meter_id,
        day

),

rolled_up_by_key as (

    select
        customer_key,
        meter_id,
        {{ whole_side('source', 'event_count') }}
    from rollup
    group by
        customer_key,
        meter_id

),

rolled_up_by_customer as (

    select
        customers.customer_id,
        rolled_up_by_key.meter_id,
        rolled_up_by_key.source_whole,
        rolled_up_by_key.source_fraction
    from rolled_up_by_key
    inner join {{ ref('customer_keys') }} as customers
        on rolled_up_by_key.customer_key = customers.customer_key

),

summarised_by_day as (

    select
        meter_id,
        day,
        {{ quantity_side('result', 'value_sum') }}
    from summaries
    group by
        meter_id,
        day

),

summarised_by_customer as (

    select
        customer_id,
        meter_id,
        {{ whole_side('result', 'event_count') }}
    from summaries
    group by
        customer_id,
        meter_id

),

meter_usage_in_summaries as (

    {{ control_of('meter_usage_in_summaries', 'units', ['meter_id', 'day'], 'rolled_up_by_day',
        'summarised_by_day', "'meter_events'") }}

),

meter_events_in_summaries as (

    {{ control_of('meter_events_in_summaries', 'events', ['customer_id', 'meter_id'],
        'rolled_up_by_customer', 'summarised_by_customer', "'meter_events'") }}

)

select * from meter_usage_in_summaries

union all

select * from meter_events_in_summaries
