with source as (

    select * from {{ source('lake', 'usage_records') }}

)

select
    -- ids
    id as usage_record_id,
    subscription_item as subscription_item_id,
    idempotency_key,
    batch_id,
    batch_row,

    -- strings
    action,

    -- numerics
    quantity,
    received_sequence,

    -- booleans
    livemode,

    -- timestamps: a second is the unit that increments add to and sets replace
    date_trunc('second', event_at) as used_at,
    received_at
from source
