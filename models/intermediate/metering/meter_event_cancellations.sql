with adjustments as (

    select
        livemode,
        event_name,
        identifier,
        received_at
    from {{ ref('stg_meter_event_adjustments') }}
    where type = 'cancel'

),

repeats as (

    select * from {{ ref('meter_event_repeats') }}

),

exclusions as (

    select * from {{ ref('meter_event_exclusions') }}

),

batches as (

    select * from {{ ref('meter_event_batches') }}

),

former_errors as (

    {{ former_rows('meter_event_errors', {'batch_id': 'varchar', 'batch_row': 'bigint'}, 'main') }}

),

former as (

    {{ former_rows('meter_event_cancellations', {
        'customer_key': 'integer',
        'meter_key': 'integer',
        'event_at': 'timestamp',
        'batch_key': 'integer',
        'batch_row': 'bigint',
        'cancelled_at': 'timestamp',
        'reason': 'varchar',
        'run_number': 'integer',
    }) }}

),

first_cancellations as (

    select
        livemode,
        event_name,
        identifier,
        min(received_at) as cancelled_at
    from adjustments
    group by livemode, event_name, identifier

),

judged as (

    {{ judged_meter_events(ref('meter_event_repeats')) }}

),

countable as (

    select
        judged.*,
        exclusions.batch_row is not null as is_excluded,
        -- an earlier run wrote it as one that counts, and this one is the first to exclude it
        coalesce(
            exclusions.run_number = {{ metering_run_number() }}
            and batches.run_number < {{ metering_run_number() }}
            and former_errors.batch_row is null,
            false
        ) as is_found_out
    from judged
    inner join batches on judged.batch_key = batches.batch_key
    left join exclusions
        on judged.batch_key = exclusions.batch_key and judged.batch_row = exclusions.batch_row
    left join former_errors
        on
            judged.batch_id = former_errors.batch_id
            and judged.batch_row = former_errors.batch_row
    where judged.error_code is null

),

taken_back as (

    select
        countable.customer_key,
        countable.meter_key,
        countable.event_at,
        countable.batch_key,
        countable.batch_row,
        first_cancellations.cancelled_at,
        'cancelled' as reason
    from countable
    inner join first_cancellations
        on
            countable.livemode = first_cancellations.livemode
            and countable.event_name = first_cancellations.event_name
            and countable.identifier = first_cancellations.identifier
    where not countable.is_excluded

    union all

    -- Taken for the first of its identifier until an event landed that had been received before it.
    select
        customer_key,
        meter_key,
        event_at,
        batch_key,
        batch_row,
        timestamp '0001-01-01 00:00:00' as cancelled_at,
        'duplicate' as reason
    from countable
    where is_found_out

),

current_rows as (

    select
        taken_back.*,
        case
            when former.reason = taken_back.reason then former.run_number
            else {{ metering_run_number() }}
        end as run_number
    from taken_back
    left join former
        on taken_back.batch_key = former.batch_key and taken_back.batch_row = former.batch_row

    union all

    -- Once a duplicate, always one: only a retraction could change that, and it starts anew.
    select former.*
    from former
    left join repeats
        on former.batch_key = repeats.batch_key and former.batch_row = repeats.batch_row
    left join taken_back
        on former.batch_key = taken_back.batch_key and former.batch_row = taken_back.batch_row
    where
        taken_back.batch_row is null
        and (repeats.batch_row is null or former.reason = 'duplicate')

)

select * from current_rows
order by customer_key, meter_key, event_at
