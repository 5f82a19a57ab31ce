-- depends_on: {{ ref('meter_adjustment_batches') }}
-- depends_on: {{ ref('meter_events_to_rejudge') }}
{%- set is_new = is_in_new_batch('events.batch_id') -%}
{%- set is_adding = 'false' if metering_starts_anew() else 'true' -%}

-- Found by hash first, because almost no event is among them. The lake is read under its own name
-- each time: what is read twice under one would be kept in between.
with new_hashes as (

    select {{ text_hash('events.identifier') }} as identifier_hash
    from {{ ref('stg_meter_events') }} as events
    where events.identifier is not null and {{ is_new }}

),

repeated as (

    select identifier_hash
    from new_hashes
    group by identifier_hash
    having count(*) > 1

),

adjusted as (

    select {{ text_hash('identifier') }} as identifier_hash
    from {{ ref('stg_meter_event_adjustments') }}

),

retracted as (

    select {{ text_hash('retracted_key') }} as identifier_hash
    from {{ ref('stg_retractions') }}
    where stream = 'meter_events' and retracted_key is not null

),

-- Earlier events that something new is about: another event, an adjustment, a second judgement.
newly_concerned as (

    select {{ text_hash('events.identifier') }} as identifier_hash
    from {{ ref('stg_meter_events') }} as events
    where {{ is_adding }} and events.identifier is not null and {{ is_new }}

    union

    select {{ text_hash('adjustments.identifier') }} as identifier_hash
    from {{ ref('stg_meter_event_adjustments') }} as adjustments
    inner join {{ ref('meter_adjustment_batches') }} as batches
        on adjustments.batch_id = batches.batch_id
    where batches.run_number = {{ metering_run_number() }}

    union

    select {{ text_hash('identifier') }} as identifier_hash
    from {{ ref('meter_events_to_rejudge') }}
    where identifier is not null

),

earlier as (

    select
        events.landed_file,
        events.landed_file_row,
        newly_concerned.identifier_hash
    from {{ ref('stg_meter_events') }} as events
    inner join newly_concerned
        on {{ text_hash('events.identifier') }} = newly_concerned.identifier_hash
    where {{ is_adding }} and not {{ is_new }}

),

wanted as (

    select identifier_hash from repeated
    union
    select identifier_hash from adjusted
    union
    select identifier_hash from retracted
    union
    select identifier_hash from earlier

),

concerned as (

    select
        events.landed_file,
        events.landed_file_row
    from {{ ref('stg_meter_events') }} as events
    inner join wanted on {{ text_hash('events.identifier') }} = wanted.identifier_hash
    where {{ is_new }}

)

select
    landed_file,
    landed_file_row
from concerned
union all
select
    landed_file,
    landed_file_row
from earlier
