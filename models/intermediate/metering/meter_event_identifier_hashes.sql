{{ config(materialized='identifier_hash_files') }}

with batches as (

    select * from {{ ref('meter_event_batches') }}

)

-- Events without an identifier are here too, so that the rows can be counted against what landed.
select
    case when events.identifier is not null then {{ text_hash('events.identifier') }} end
        as identifier_hash,
    batches.batch_key,
    events.batch_row
from {{ ref('stg_meter_events') }} as events
inner join batches on events.batch_id = batches.batch_id
where {{ is_in_new_batch('events.batch_id') }}
