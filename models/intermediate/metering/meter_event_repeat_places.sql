-- depends_on: {{ ref('meter_event_batches') }}
{%- set is_new = is_new_hash('landed.hash_file') -%}

-- By hash alone: the few events found are told apart by their identifiers afterwards. The hashes
-- are read under their own name each time: what is read twice under one would be kept in between.
with ordered as (

    select
        landed.identifier_hash,
        lag(landed.identifier_hash) over (order by landed.identifier_hash) as previous_hash
    from {{ ref('meter_event_identifier_hashes') }} as landed
    where landed.identifier_hash is not null and {{ is_new }}

),

new_hashes as (

    select landed.identifier_hash
    from {{ ref('meter_event_identifier_hashes') }} as landed
    where {{ is_new }}

),

adjustments as (

    select
        adjustments.batch_id,
        {{ text_hash('adjustments.identifier') }} as identifier_hash
    from {{ ref('stg_meter_event_adjustments') }} as adjustments

),

named as (

    select identifier_hash from adjustments
    union
    select {{ text_hash('retracted_key') }} as identifier_hash
    from {{ ref('stg_retractions') }}
    where stream = 'meter_events' and retracted_key is not null

),

wanted as (

    -- new events with one identifier
    select identifier_hash
    from ordered
    where identifier_hash = previous_hash

    union

    -- earlier ones with the identifier of a new one
    select landed.identifier_hash
    from {{ ref('meter_event_identifier_hashes') }} as landed
    where
        not {{ is_new }}
        and {{ may_repeat_new_events('landed.batch_key') }}
        and landed.identifier_hash in (select new_hashes.identifier_hash from new_hashes)

    union

    -- new ones that any adjustment or retraction names
    select landed.identifier_hash
    from {{ ref('meter_event_identifier_hashes') }} as landed
    where
        {{ is_new }}
        and landed.identifier_hash in (select named.identifier_hash from named)

    union

    -- whatever a new adjustment names
    select adjustments.identifier_hash
    from adjustments
    inner join {{ ref('meter_adjustment_batches') }} as batches
        on adjustments.batch_id = batches.batch_id
    where batches.run_number = {{ metering_run_number() }}

    union

    -- earlier ones to judge again
    select {{ text_hash('identifier') }} as identifier_hash
    from {{ ref('meter_events_to_rejudge') }}
    where identifier is not null

)

select
    landed.batch_key,
    landed.batch_row
from {{ ref('meter_event_identifier_hashes') }} as landed
inner join wanted on landed.identifier_hash = wanted.identifier_hash
