{{ config(materialized='pieces_table') }}

-- depends_on: {{ ref('metering_run') }}
-- depends_on: {{ ref('meter_dirty_quarter_hours') }}

with counted as (

    {{ events_to_add_up(
        "meters.formula = 'unique_count'" if has_meters("formula = 'unique_count'") else 'false'
    ) }}

),

placed as (

    select distinct
        customer_key,
        meter_key,
        {{ quarter_hour('event_at') }} as quarter_hour,
        unique_value
    from counted

)

select * from placed
order by {{ whole_windows('quarter_hour', 96) }}, customer_key, meter_key, quarter_hour
