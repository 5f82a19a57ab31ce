{{ config(materialized='pieces_table') }}

with meters as (

    select * from {{ ref('meter_keys') }}

),

events as (

    select * from {{ ref('meter_events') }}

),

cancellations as (

    select * from {{ ref('meter_event_cancellations') }}

),

each_event as (

    {{ live_meter_events(
        'events', 'meters', 'cancellations', 'meters.window_seconds is null and ' ~ this_piece()
    ) }}

),

windowed as (

    {{ live_meter_events(
        'events', 'meters', 'cancellations',
        'meters.window_seconds is not null and ' ~ after_pieces()
    ) }}

),

last_received as (

    {{ last_received_events('windowed') }}

),

counted as (

    select
        customer_key,
        meter_key,
        formula,
        event_at,
        {{ quarter_hour('event_at') }} as quarter_hour,
        value,
        received_at,
        received_sequence
    from each_event

    union all

    select
        customer_key,
        meter_key,
        formula,
        event_at,
        {{ quarter_hour('event_at') }} as quarter_hour,
        value,
        received_at,
        received_sequence
    from last_received

),

merged as (

    {{ merged_quarter_hours('counted') }}

)

select * from merged
order by customer_key, meter_key, quarter_hour
