with places as (

    select
        batches.batch_id,
        batches.batch_key,
        batches.run_number,
        batches.is_retracted as is_batch_retracted,
        places.batch_row
    from {{ ref('meter_event_repeat_places') }} as places
    inner join {{ ref('meter_event_batches') }} as batches on places.batch_key = batches.batch_key

)

select
    places.batch_key,
    places.run_number,
    places.is_batch_retracted,
    {{ landed_event_columns('events') }}
from {{ ref('stg_meter_events') }} as events
inner join places
    on events.batch_id = places.batch_id and events.batch_row = places.batch_row
where {{ is_in_repeated_batch('events.batch_id') }}
