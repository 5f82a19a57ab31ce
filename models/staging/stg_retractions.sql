with source as (

    select * from {{ source('lake', 'retractions') }}

)

select
    -- ids
    batch as retracted_batch_id,
    key as retracted_key,
    batch_id,
    batch_row,

    -- strings
    stream,
    reason,

    -- numerics
    received_sequence,

    -- timestamps
    received_at
from source
