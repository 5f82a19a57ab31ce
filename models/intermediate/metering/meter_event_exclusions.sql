with repeats as (

    select * from {{ ref('meter_event_repeats') }}

),

retracted_keys as (

    select distinct retracted_key
    from {{ ref('stg_retractions') }}
    where stream = 'meter_events' and retracted_key is not null

),

former as (

    {{ former_rows('meter_event_exclusions', {
        'batch_key': 'integer',
        'batch_row': 'bigint',
        'reason': 'varchar',
        'identifier': 'varchar',
        'received_at': 'timestamp',
        'kept_batch_key': 'integer',
        'kept_batch_row': 'bigint',
        'is_conflict': 'boolean',
        'run_number': 'integer',
    }) }}

),

candidates as (

    select
        repeats.batch_key,
        repeats.batch_id,
        repeats.batch_row,
        repeats.identifier,
        repeats.livemode,
        repeats.event_at,
        repeats.received_at,
        repeats.received_sequence,
        {{ stable_id('', [
            'repeats.event_name',
            'repeats.stripe_customer_id',
            'repeats.value',
            map_text('repeats.payload'),
        ]) }} as content_hash,
        repeats.is_batch_retracted,
        repeats.is_batch_retracted or retracted_keys.retracted_key is not null as is_retracted
    from repeats
    left join retracted_keys on repeats.identifier = retracted_keys.retracted_key

),

followed as (

    select
        candidates.*,
        lag(received_at) over (
            partition by livemode, identifier
            order by
                received_at, received_sequence, event_at, content_hash, batch_id, batch_row
        ) as previous_received_at
    from candidates
    where not is_retracted

),

chained as (

    select
        followed.*,
        sum(
            case
                when
                    received_at
                    <= previous_received_at + interval {{ identifier_window_days() }} days
                    then 0
                else 1
            end
        ) over (
            partition by livemode, identifier
            order by
                received_at, received_sequence, event_at, content_hash, batch_id, batch_row
            rows between unbounded preceding and current row
        ) as chain
    from followed

),

ranked as (

    select
        chained.*,
        row_number() over first_received as chain_rank,
        first_value(batch_key) over first_received as kept_batch_key,
        first_value(batch_row) over first_received as kept_batch_row,
        first_value(content_hash) over first_received as kept_content_hash,
        first_value(event_at) over first_received as kept_event_at,
        first_value(received_at) over first_received as kept_received_at
    from chained
    window first_received as (
        partition by livemode, identifier, chain
        order by received_at, received_sequence, event_at, content_hash, batch_id, batch_row
        rows between unbounded preceding and unbounded following
    )

),

excluded as (

    select
        batch_key,
        batch_row,
        'duplicate' as reason,
        identifier,
        received_at,
        kept_batch_key,
        kept_batch_row,
        content_hash <> kept_content_hash
        or (
            event_at <> kept_event_at
            -- An event without a timestamp is stamped with its receipt: two of them agree about it.
            and not (event_at = received_at and kept_event_at = kept_received_at)
        ) as is_conflict
    from ranked
    where chain_rank > 1

    union all

    select
        batch_key,
        batch_row,
        'retracted' as reason,
        identifier,
        received_at,
        cast(null as integer) as kept_batch_key,
        cast(null as bigint) as kept_batch_row,
        false as is_conflict
    from candidates
    where is_retracted and not is_batch_retracted

)

select
    excluded.*,
    coalesce(former.run_number, {{ metering_run_number() }}) as run_number
from excluded
left join former
    on excluded.batch_key = former.batch_key and excluded.batch_row = former.batch_row

union all

select former.*
from former
left join repeats
    on former.batch_key = repeats.batch_key and former.batch_row = repeats.batch_row
where repeats.batch_row is null
