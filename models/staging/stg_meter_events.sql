with source as (

    select * from {{ source('lake', 'meter_events') }}

)

select
    batch_id,
    batch_row,
    identifier,
    event_name,
    stripe_customer_id,
    value,
    payload,
    event_at,
    received_at,
    received_sequence,
    livemode
from source
