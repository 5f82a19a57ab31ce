-- Every event whose identifier says that it may not be the only one: another carries it, or an
-- adjustment or a retraction names it. Found by hash first, because almost no event is among them.
with identified as (

    select {{ text_hash('identifier') }} as identifier_hash
    from {{ ref('stg_meter_events') }}
    where identifier is not null

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

repeated as (

    select identifier_hash
    from identified
    group by identifier_hash
    having count(*) > 1

),

wanted as (

    select identifier_hash from repeated
    union
    select identifier_hash from adjusted
    union
    select identifier_hash from retracted

),

batches as (

    select * from {{ ref('meter_event_batches') }}

)

select
    batches.batch_key,
    batches.is_retracted as is_batch_retracted,
    events.batch_id,
    events.batch_row,
    events.identifier,
    events.event_name,
    events.stripe_customer_id,
    events.value,
    events.payload,
    events.event_at,
    events.received_at,
    events.received_sequence,
    events.livemode
from {{ ref('stg_meter_events') }} as events
inner join wanted on {{ text_hash('events.identifier') }} = wanted.identifier_hash
inner join batches on events.batch_id = batches.batch_id
