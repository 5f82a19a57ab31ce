{{ config(materialized='pieces_table') }}

-- depends_on: {{ ref('metering_run') }}
-- depends_on: {{ ref('meter_dirty_quarter_hours') }}

-- `last` has to put events in order, so its meters are kept apart from those that only add up.
with adding as (

    {{ events_to_add_up("meters.formula <> 'last'") }}

),

lasting as (

    {{ events_to_add_up("meters.formula = 'last'") }}

),

merged as (

    {{ merged_quarter_hours('adding', 'lasting') }}

),

-- By day first: a night adds one day and a few late rows, and a look-up must not have to pass the
-- late rows of every later night.
placed as (

    select * from merged
    order by {{ whole_windows('quarter_hour', 96) }}, customer_key, meter_key, quarter_hour

)

select
    customer_key,
    meter_key,
    quarter_hour,
    {{ metering_run_number() }} as run_number,
    event_count,
    value_sum,
    {{ state_of_quarter_hours() }}
from placed
