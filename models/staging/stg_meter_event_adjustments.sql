with source as (

    select * from {{ source('lake', 'meter_event_adjustments') }}

)

select
    id as meter_event_adjustment_id,
    batch_id,
    batch_row,
    type,
    event_name,
    identifier,
    received_at,
    received_sequence,
    livemode
from source
