{{ config(materialized='days_table') }}

-- depends_on: {{ ref('metering_run') }}
-- depends_on: {{ ref('meter_dirty_quarter_hours') }}
with quarter_hours as (

    {{ quarter_hours_to_add_up() }}

),

merged as (

    {{ merged_days('quarter_hours') }}

)

select
    customer_key,
    meter_key,
    utc_day,
    event_count,
    value_sum,
    {{ state_of_quarter_hours() }}
from merged
order by utc_day, customer_key, meter_key
