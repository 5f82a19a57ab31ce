with places as (

    select * from {{ ref('meter_event_repeat_places') }}

),

batches as (

    select * from {{ ref('meter_event_batches') }}

)

select
    batches.batch_key,
    batches.run_number,
    batches.is_retracted as is_batch_retracted,
    {{ landed_event_columns('events') }}
from {{ ref('stg_meter_events') }} as events
inner join places
    on
        events.landed_file = places.landed_file
        and events.landed_file_row = places.landed_file_row
inner join batches on events.batch_id = batches.batch_id
