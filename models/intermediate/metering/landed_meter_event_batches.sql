with events as (

    select * from {{ ref('stg_meter_events') }}

),

retractions as (

    select * from {{ ref('stg_retractions') }}

),

batches as (

    select
        batch_id,
        count(*) as landed_count,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at
    from events
    group by batch_id

),

retracted as (

    select distinct retracted_batch_id
    from retractions
    where stream = 'meter_events' and retracted_key is null

)

select
    batches.batch_id,
    batches.landed_count,
    batches.first_received_at,
    batches.last_received_at,
    retracted.retracted_batch_id is not null as is_retracted
from batches
left join retracted on batches.batch_id = retracted.retracted_batch_id
