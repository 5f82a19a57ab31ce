{{ config(materialized='pieces_table') }}

{%- set is_raw = 'meters.window_seconds is null and ' ~ this_piece() -%}
{%- set is_windowed = 'meters.window_seconds is not null and ' ~ after_pieces() -%}

with meters as (

    select * from {{ ref('meter_keys') }}

),

cancellations as (

    select * from {{ ref('meter_event_cancellations') }}

),

windowed as (

    {{ live_meter_events(ref('meter_events'), 'meters', 'cancellations', is_windowed) }}

),

last_received as (

    {{ last_received_events('windowed') }}

),

-- `last` has to put events in order, so its meters are kept apart from those that only add up.
adding as (

    {{ live_meter_events(
        ref('meter_events'), 'meters', 'cancellations', is_raw ~ " and meters.formula <> 'last'"
    ) }}

    union all

    select {{ live_event_columns('last_received') }}
    from last_received
    where formula <> 'last'

),

lasting as (

    {{ live_meter_events(
        ref('meter_events'), 'meters', 'cancellations', is_raw ~ " and meters.formula = 'last'"
    ) }}

    union all

    select {{ live_event_columns('last_received') }}
    from last_received
    where formula = 'last'

),

merged as (

    {{ merged_quarter_hours('adding', 'lasting') }}

)

-- By day first: a night adds one day and a few late rows, and a look-up must not have to pass the
-- late rows of every later night.
select * from merged
order by {{ whole_windows('quarter_hour', 96) }}, customer_key, meter_key, quarter_hour
