with source as (

    select
        *,
        -- where a row lies, so that a long history can be taken in pieces
        {{ source_file() }} as landed_file,
        {{ source_file_row() }} as landed_file_row
    from {{ source('lake', 'meter_events') }}

)

select
    -- ids
    batch_id,
    batch_row,
    identifier,
    stripe_customer_id,

    -- strings
    event_name,
    payload,

    -- numerics
    value,
    received_sequence,

    -- booleans
    livemode,

    -- timestamps
    event_at,
    received_at,

    -- place in the lake
    landed_file,
    landed_file_row
from source
