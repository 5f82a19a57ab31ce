{{ config(materialized='event_files') }}

with classified as (

    {{ classified_meter_events() }}

),

batches as (

    select * from {{ ref('meter_event_batches') }}

)

select
    classified.meter_key,
    classified.customer_key,
    classified.event_at,
    classified.value,
    classified.unique_value,
    classified.dimensions,
    classified.received_at,
    classified.received_sequence,
    classified.identifier,
    batches.batch_key,
    classified.batch_row
from classified
inner join batches on classified.batch_id = batches.batch_id
where classified.error_code is null
