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

-- Each event that is the first of its identifier, and until when adjustments of it are its own.
named as (

    select
        judged.batch_key,
        judged.batch_row,
        judged.livemode,
        judged.event_name,
        judged.identifier,
        judged.received_at,
        lag(judged.received_at) over of_one_name as former_received_at,
        lead(judged.received_at) over of_one_name as next_received_at
    from judged
    left join exclusions
        on judged.batch_key = exclusions.batch_key and judged.batch_row = exclusions.batch_row
    where exclusions.batch_row is null
    window of_one_name as (
        partition by judged.livemode, judged.event_name, judged.identifier
        order by judged.received_at
    )

),

-- An adjustment cancels the one that its identifier named when it came: the last received by then,
-- or, where none had been, the first received after it.
first_cancellations as (

    select
        named.batch_key,
        named.batch_row,
        min(adjustments.received_at) as cancelled_at
    from named
    inner join adjustments
        on
            named.livemode = adjustments.livemode
            and named.event_name = adjustments.event_name
            and named.identifier = adjustments.identifier
            and (
                named.former_received_at is null
                or named.received_at <= adjustments.received_at
            )
            and (
                named.next_received_at is null
                or named.next_received_at > adjustments.received_at
            )
    group by named.batch_key, named.batch_row

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
            countable.batch_key = first_cancellations.batch_key
            and countable.batch_row = first_cancellations.batch_row

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

    -- Cancelled until an event landed that its adjustment meant: this run counts it again.
    select
        countable.customer_key,
        countable.meter_key,
        countable.event_at,
        countable.batch_key,
        countable.batch_row,
        former.cancelled_at,
        'restored' as reason,
        {{ metering_run_number() }} as run_number
    from countable
    inner join former
        on countable.batch_key = former.batch_key and countable.batch_row = former.batch_row
    left join taken_back
        on countable.batch_key = taken_back.batch_key and countable.batch_row = taken_back.batch_row
    where
        former.reason = 'cancelled'
        and not countable.is_excluded
        and taken_back.batch_row is null

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
        and (
            (repeats.batch_row is null and former.reason = 'cancelled')
            or former.reason = 'duplicate'
        )

)

select * from current_rows
order by customer_key, meter_key, event_at
