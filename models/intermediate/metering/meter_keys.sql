with meters as (

    select * from {{ ref('stg_meters') }}

)

select
    meter_id,
    cast(row_number() over (order by meter_id) as integer) as meter_key,
    default_aggregation_formula as formula,
    case event_time_window when 'hour' then 3600 when 'day' then 86400 end as window_seconds,
    customer_payload_key,
    value_payload_key,
    {{ distinct_elements('dimension_payload_keys') }} as dimension_payload_keys,
    livemode
from meters
