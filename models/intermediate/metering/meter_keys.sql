with meters as (

    select * from {{ ref('stg_meters') }}

),

settings as (

    {{ meter_settings('meters') }}

),

former as (

    {{ former_rows('meter_keys', {'meter_id': 'varchar', 'meter_key': 'integer'}) }}

),

last_former as (

    select coalesce(max(meter_key), 0) as meter_key from former

)

select
    settings.meter_id,
    cast(
        coalesce(
            former.meter_key,
            last_former.meter_key + row_number() over (
                partition by former.meter_key is null order by settings.meter_id
            )
        ) as integer
    ) as meter_key,
    settings.formula,
    settings.window_seconds,
    settings.customer_payload_key,
    settings.value_payload_key,
    settings.dimension_payload_keys,
    settings.livemode
from settings
cross join last_former
left join former on settings.meter_id = former.meter_id
