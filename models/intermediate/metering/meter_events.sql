{{ config(materialized='event_files') }}

with classified as (

    {{ classified_meter_events(ref('stg_meter_events'), this_piece()) }}

)

select
    customer_key,
    meter_key,
    event_at,
    value,
    unique_value,
    dimensions,
    received_at,
    received_sequence,
    batch_key,
    batch_row
from classified
where error_code is null
