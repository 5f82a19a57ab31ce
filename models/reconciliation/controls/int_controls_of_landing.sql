with

batches as (

    select * from {{ ref('landed_batches') }}

),

fates as (

    select * from {{ ref('meter_event_accounting') }}

),

landed_rows as (

    select
        'landed_rows' as control,
        'rows' as unit,
        {{ control_keys({'stream': 'stream', 'batch_id': 'batch_id'}) }},
        accepted_count as source_whole,
        0 as source_fraction,
        staged_count as result_whole,
        0 as result_fraction
    from batches

),

meter_events_by_fate as (

    select
        'meter_events_by_fate' as control,
        'events' as unit,
        {{ control_keys({'stream': "'meter_events'", 'batch_id': 'batch_id'}) }},
        landed_count as source_whole,
        0 as source_fraction,
        effective_count + duplicate_count + cancelled_count + erroneous_count + retracted_count
            as result_whole,
        0 as result_fraction
    from fates

),

effective_events as (

    select {{ whole_side('source', 'effective_count') }}
    from fates

),

rolled_up_events as (

    select {{ whole_side('result', 'event_count') }}
    from {{ ref('meter_quarter_hours') }}

),

windowed_meters as (

    select count(*) as meter_count
    from {{ ref('meter_keys') }}
    where window_seconds is not null

),

-- A meter with a window counts the last event of it and no other, which batches do not know.
meter_events_in_rollup as (

    select
        'meter_events_in_rollup' as control,
        'events' as unit,
        {{ control_keys({'stream': "'meter_events'"}) }},
        effective_events.source_whole,
        effective_events.source_fraction,
        rolled_up_events.result_whole,
        rolled_up_events.result_fraction
    from effective_events
    cross join rolled_up_events
    cross join windowed_meters
    where windowed_meters.meter_count = 0

),

landed_records as (

    select {{ whole_side('source', 'accepted_count') }}
    from batches
    where stream = 'usage_records'

),

counted_records as (

    select coalesce(sum(record_count), 0) as record_count
    from {{ ref('usage_record_summaries') }}

),

uncounted_records as (

    select count(*) as record_count
    from {{ ref('uncounted_usage_records') }}

),

usage_records_by_fate as (

    select
        'usage_records_by_fate' as control,
        'records' as unit,
        {{ control_keys({'stream': "'usage_records'"}) }},
        landed_records.source_whole,
        landed_records.source_fraction,
        counted_records.record_count + uncounted_records.record_count as result_whole,
        0 as result_fraction
    from landed_records
    cross join counted_records
    cross join uncounted_records

)

select * from landed_rows

union all

select * from meter_events_by_fate

union all

select * from meter_events_in_rollup

union all

select * from usage_records_by_fate
