{{ config(materialized='event_files') }}

-- depends_on: {{ ref('metering_run') }}
-- depends_on: {{ ref('meter_event_batches') }}
-- depends_on: {{ ref('meter_events_to_rejudge') }}
-- depends_on: {{ ref('stg_meter_events') }}

with classified as (

    {{ classified_meter_events(ref('stg_meter_events'), this_piece()) }}

),

-- A refused event keeps nothing that could count: no keys, no value. Where a meter counts its
-- events or their distinct values, a value may be too large to add up, and nothing may try.
placed as (

    select
        case when error_code is null then customer_key end as customer_key,
        case when error_code is null then meter_key end as meter_key,
        event_at,
        case
            when error_code is null and {{ fits_sums('value') }} then value
        end as value,
        received_at,
        received_sequence,
        batch_key,
        batch_row,
        {{ carried_event_texts() }}
    from classified
    order by customer_key, meter_key, event_at

)

select
    customer_key,
    meter_key,
    event_at,
    value,
    {{ carried_unique_value() }} as unique_value,
    {{ carried_dimensions() }} as dimensions,
    received_at,
    received_sequence,
    batch_key,
    batch_row,
    {{ carried_refusal() }} as refusal
from placed
