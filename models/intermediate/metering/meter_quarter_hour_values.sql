with meters as (

    select * from {{ ref('meter_keys') }}
    where formula = 'unique_count'

),

events as (

    select * from {{ ref('meter_events') }}
    where unique_value is not null

),

cancellations as (

    select * from {{ ref('meter_event_cancellations') }}

),

counted as (

    {{ counted_meter_events('events', 'meters', 'cancellations') }}

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
