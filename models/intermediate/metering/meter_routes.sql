with meters as (

    select * from {{ ref('stg_meters') }}

),

meter_keys as (

    select * from {{ ref('meter_keys') }}

),

inactive_spans as (

    select * from {{ ref('meter_inactive_spans') }}

),

routes as (

    {{ routes_of_meters('meters', 'inactive_spans') }}

)

select
    routes.event_name,
    routes.livemode,
    routes.valid_from,
    routes.valid_until,
    routes.is_archived,
    meter_keys.meter_key,
    meter_keys.meter_id,
    meter_keys.formula,
    meter_keys.customer_payload_key,
    meter_keys.value_payload_key,
    meter_keys.dimension_payload_keys
from routes
inner join meter_keys on routes.meter_id = meter_keys.meter_id
