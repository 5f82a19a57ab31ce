with source as (

    select * from {{ source('lake', 'period_closes') }}

)

select
    -- ids
    batch_id,
    batch_row,

    -- strings
    note,

    -- numerics
    received_sequence,

    -- booleans
    livemode,

    -- timestamps
    period_start,
    period_end,
    received_until,
    received_at
from source
