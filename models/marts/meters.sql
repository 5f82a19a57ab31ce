with meters as (

    select * from {{ ref('stg_meters') }}

)

select
    meter_id as id,
    display_name,
    event_name,
    status,
    default_aggregation_formula,
    event_time_window,
    customer_payload_key,
    value_payload_key,
    livemode,
    created_at
from meters
where not is_deleted
