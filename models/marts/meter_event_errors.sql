with classified as (

    {{ classified_meter_events(ref('stg_meter_events')) }}

)

select
    {{ stable_id('mevterr_', ['batch_id', 'batch_row']) }} as id,
    error_code,
    cast({{ meter_event_error_message() }} as varchar) as error_message,
    identifier,
    event_name,
    customer_id,
    event_at,
    received_at,
    livemode,
    batch_id,
    batch_row
from classified
where error_code is not null
