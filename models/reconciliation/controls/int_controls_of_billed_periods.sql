with

meters as (

    select
        meter_id,
        meter_key,
        formula = 'sum' as is_added_up
    from {{ ref('meter_keys') }}

),

metered_periods as (

    select * from {{ ref('int_metered_quantities') }}
    where quantity_source = 'meter'

),

keyed_periods as (

    select
        periods.customer_id,
        periods.meter_id,
        customers.customer_key,
        meters.meter_key,
        {{ first_whole_quarter_hour('periods.used_from') }} as first_quarter_hour,
        {{ quarter_hour('periods.used_until') }} as end_quarter_hour
    from metered_periods as periods
    inner join meters
        on periods.meter_id = meters.meter_id
    inner join {{ ref('customer_keys') }} as customers
        on periods.customer_id = customers.customer_id

),

-- What was used in the periods that are billed, as the rollup has it tonight, for each item that
-- bills it. What a period cuts off of a quarter-hour only events tell: that is taken from the
-- period.
used_in_periods as (

    select
        periods.customer_id,
        periods.meter_id,
        rollup.event_count,
        rollup.value_sum
    from {{ ref('meter_quarter_hours') }} as rollup
    inner join keyed_periods as periods
        on
            rollup.customer_key = periods.customer_key
            and rollup.meter_key = periods.meter_key
            and rollup.quarter_hour >= periods.first_quarter_hour
            and rollup.quarter_hour < periods.end_quarter_hour

    union all

    select
        customer_id,
        meter_id,
        cut_event_count as event_count,
        cut_usage as value_sum
    from metered_periods

),

rolled_up_in_periods as (

    select
        customer_id,
        meter_id,
        coalesce(sum(event_count), 0) as event_count,
        {{ quantity_side('source', 'value_sum') }}
    from used_in_periods
    group by
        customer_id,
        meter_id

),

rolled_up_events_in_periods as (

    select
        customer_id,
        meter_id,
        event_count as source_whole,
        0 as source_fraction
    from rolled_up_in_periods

),

events_in_periods as (

    select
        customer_id,
        meter_id,
        {{ whole_side('result', 'event_count') }}
    from metered_periods
    group by
        customer_id,
        meter_id

),

meter_events_in_periods as (

    {{ control_of('meter_events_in_periods', 'events', ['customer_id', 'meter_id'],
        'rolled_up_events_in_periods', 'events_in_periods', "'meter_events'") }}

),

rolled_up_usage_in_periods as (

    select
        rolled_up_in_periods.customer_id,
        rolled_up_in_periods.meter_id,
        rolled_up_in_periods.source_whole,
        rolled_up_in_periods.source_fraction
    from rolled_up_in_periods
    inner join meters
        on rolled_up_in_periods.meter_id = meters.meter_id
    where meters.is_added_up

),

usage_in_periods as (

    select
        periods.customer_id,
        periods.meter_id,
        {{ quantity_side('result', 'periods.used_quantity') }}
    from metered_periods as periods
    inner join meters
        on periods.meter_id = meters.meter_id
    where meters.is_added_up
    group by
        periods.customer_id,
        periods.meter_id

),

meter_usage_in_periods as (

    {{ control_of('meter_usage_in_periods', 'units', ['customer_id', 'meter_id'],
        'rolled_up_usage_in_periods', 'usage_in_periods', "'meter_events'") }}

),

recorded_usage as (

    select
        customer_id,
        {{ quantity_side('source', 'total_usage') }}
    from {{ ref('usage_record_summaries') }}
    group by customer_id

),

recorded_quantities as (

    select
        customer_id,
        {{ quantity_side('result', 'used_quantity') }}
    from {{ ref('int_metered_quantities') }}
    where quantity_source = 'usage_records'
    group by customer_id

),

usage_records_in_periods as (

    {{ control_of('usage_records_in_periods', 'units', ['customer_id'], 'recorded_usage',
        'recorded_quantities', "'usage_records'") }}

)

select * from meter_events_in_periods

union all

select * from meter_usage_in_periods

union all

select * from usage_records_in_periods
