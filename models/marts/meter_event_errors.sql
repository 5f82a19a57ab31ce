with events as (

    select
        refusal,
        event_at,
        received_at,
        batch_key,
        batch_row
    from {{ ref('meter_events') }}
    where refusal is not null

),

batches as (

    select * from {{ ref('meter_event_batches') }}

)

select
    {{ stable_id('mevterr_', ['batches.batch_id', 'events.batch_row']) }} as id,
    {{ json_text('events.refusal', 'error_code') }} as error_code,
    {{ json_text('events.refusal', 'error_message') }} as error_message,
    {{ json_text('events.refusal', 'identifier') }} as identifier,
    {{ json_text('events.refusal', 'event_name') }} as event_name,
    {{ json_text('events.refusal', 'customer_id') }} as customer_id,
    events.event_at,
    events.received_at,
    {{ json_text('events.refusal', 'livemode') }} = 'true' as livemode,
    batches.batch_id,
    events.batch_row
from events
inner join batches on events.batch_key = batches.batch_key
