{# The batches of meter events in the lake, as they are now. #}
{% macro landed_meter_event_batches() %}
    select
        batches.batch_id,
        batches.landed_count,
        batches.first_received_at,
        batches.last_received_at,
        retractions.retracted_batch_id is not null as is_retracted
    from (
        select
            batch_id,
            count(*) as landed_count,
            min(received_at) as first_received_at,
            max(received_at) as last_received_at
        from {{ ref('stg_meter_events') }}
        group by batch_id
    ) as batches
    left join (
        select distinct retracted_batch_id
        from {{ ref('stg_retractions') }}
        where stream = 'meter_events' and retracted_key is null
    ) as retractions on batches.batch_id = retractions.retracted_batch_id
{% endmacro %}


{# The models that a run adds to in place; each notes in metering_progress which run it took part in. #}
{% macro appended_models() %}
    {{- return(['meter_events', 'meter_quarter_hours', 'meter_quarter_hour_values']) -}}
{% endmacro %}
