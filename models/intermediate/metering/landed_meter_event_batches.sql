with landed as (

    select
        batch_id,
        row_count
    from {{ ref('stg_landed_rows') }}
    where stream = 'meter_events'

),

events as (

    select * from {{ ref('stg_meter_events') }}

),

retractions as (

    select * from {{ ref('stg_retractions') }}

),

former as (

    {{ left_rows('meter_event_batches', {
        'batch_id': 'varchar',
        'landed_count': 'bigint',
        'first_received_at': 'timestamp',
        'last_received_at': 'timestamp',
    }) }}

),

-- A batch does not change: when its events were received is looked up once, for to read it of all
-- events would take the longer the longer history is.
received as (

    select
        landed.batch_id,
        former.first_received_at,
        former.last_received_at
    from landed
    inner join former
        on landed.batch_id = former.batch_id and landed.row_count = former.landed_count

    union all

    select
        batch_id,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at
    from events
    where {{ is_in_unknown_batch('batch_id') }}
    group by batch_id

),

retracted as (

    select distinct retracted_batch_id
    from retractions
    where stream = 'meter_events' and retracted_key is null

)

select
    landed.batch_id,
    landed.row_count as landed_count,
    received.first_received_at,
    received.last_received_at,
    retracted.retracted_batch_id is not null as is_retracted
from landed
inner join received on landed.batch_id = received.batch_id
left join retracted on landed.batch_id = retracted.retracted_batch_id
