with events as (

    select
        batch_id,
        received_at
    from {{ ref('stg_meter_events') }}

),

retractions as (

    select distinct retracted_batch_id
    from {{ ref('stg_retractions') }}
    where stream = 'meter_events' and retracted_key is null

),

batches as (

    select
        batch_id,
        count(*) as landed_count,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at
    from events
    group by batch_id

)

select
    batches.batch_id,
    cast(row_number() over (order by batches.first_received_at, batches.batch_id) as integer)
        as batch_key,
    batches.landed_count,
    batches.first_received_at,
    batches.last_received_at,
    retractions.retracted_batch_id is not null as is_retracted
from batches
left join retractions on batches.batch_id = retractions.retracted_batch_id
