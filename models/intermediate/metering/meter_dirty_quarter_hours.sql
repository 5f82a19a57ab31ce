-- depends_on: {{ ref('meter_keys') }}
-- depends_on: {{ ref('meter_event_batches') }}
-- depends_on: {{ ref('meter_event_cancellations') }}
-- depends_on: {{ ref('meter_events') }}
with meters as (

    select * from {{ ref('meter_keys') }}

),

batches as (

    select * from {{ ref('meter_event_batches') }}

),

-- What earlier runs counted and this one takes back.
taken_back as (

    select
        cancellations.customer_key,
        cancellations.meter_key,
        cancellations.event_at
    from {{ ref('meter_event_cancellations') }} as cancellations
    inner join batches on cancellations.batch_key = batches.batch_key
    where
        cancellations.run_number = {{ metering_run_number() }}
        and batches.run_number < {{ metering_run_number() }}

),

-- Of a meter with an event_time_window a new event may replace one that counted.
replacing as (

    select
        events.customer_key,
        events.meter_key,
        events.event_at
    from {{ ref('meter_events') }} as events
    inner join meters on events.meter_key = meters.meter_key
    where meters.window_seconds is not null and {{ is_added('events.event_file') }}

),

changed as (

    select * from taken_back
    union all
    select * from replacing

)

select distinct
    changed.customer_key,
    changed.meter_key,
    case
        when meters.window_seconds is null then {{ quarter_hour('changed.event_at') }}
        else {{ quarter_hour(event_window('changed.event_at', 'meters.window_seconds')) }}
    end as first_quarter_hour,
    case
        when meters.window_seconds is null then {{ quarter_hour('changed.event_at') }} + 1
        when meters.window_seconds = 3600
            then {{ quarter_hour(event_window('changed.event_at', 'meters.window_seconds')) }} + 4
        else {{ quarter_hour(event_window('changed.event_at', 'meters.window_seconds')) }} + 96
    end as end_quarter_hour
from changed
inner join meters on changed.meter_key = meters.meter_key
