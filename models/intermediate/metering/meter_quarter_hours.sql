{{ config(materialized='table') }}

with meters as (

    select * from {{ ref('meter_keys') }}

),

events as (

    select * from {{ ref('meter_events') }}

),

cancellations as (

    select * from {{ ref('meter_event_cancellations') }}

),

counted as (

    {{ counted_meter_events('events', 'meters', 'cancellations') }}

),

placed as (

    select
        counted.*,
        {{ quarter_hour('event_at') }} as quarter_hour
    from counted

),

ranked as (

    select
        placed.*,
        row_number() over (
            partition by customer_key, meter_key, quarter_hour
            order by event_at desc, received_at desc, received_sequence desc, value desc
        ) as latest_rank
    from placed
    where formula = 'last'

),

merged as (

    select
        customer_key,
        meter_key,
        quarter_hour,
        count(*) as event_count,
        sum(value) as value_sum,
        min(case when formula = 'min' then value end) as value_min,
        max(case when formula = 'max' then value end) as value_max,
        cast(null as {{ quantity_type() }}) as last_value,
        cast(null as timestamp) as last_at,
        cast(null as timestamp) as last_received_at,
        cast(null as bigint) as last_received_sequence
    from placed
    where formula <> 'last'
    group by customer_key, meter_key, quarter_hour

    union all

    select
        customer_key,
        meter_key,
        quarter_hour,
        count(*) as event_count,
        sum(value) as value_sum,
        cast(null as {{ quantity_type() }}) as value_min,
        cast(null as {{ quantity_type() }}) as value_max,
        max(case when latest_rank = 1 then value end) as last_value,
        max(case when latest_rank = 1 then event_at end) as last_at,
        max(case when latest_rank = 1 then received_at end) as last_received_at,
        max(case when latest_rank = 1 then received_sequence end) as last_received_sequence
    from ranked
    group by customer_key, meter_key, quarter_hour

)

select * from merged
order by customer_key, meter_key, quarter_hour
