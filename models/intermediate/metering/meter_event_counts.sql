{{ config(post_hook="{{ note_run_of(this.identifier) }}") }}

with events as (

    select
        batch_key,
        meter_key
    from {{ ref('meter_events') }} as events
    where {{ is_in_new_file('events.event_file') }}

),

former as (

    {{ former_rows('meter_event_counts', {
        'batch_key': 'integer',
        'run_number': 'integer',
        'countable_count': 'bigint',
        'refused_count': 'bigint',
    }) }}

)

select
    batch_key,
    {{ metering_run_number() }} as run_number,
    count(meter_key) as countable_count,
    count(*) - count(meter_key) as refused_count
from events
group by batch_key

union all

select former.*
from former
where run_number < {{ metering_run_number() }}
