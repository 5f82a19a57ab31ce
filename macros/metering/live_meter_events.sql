{# The events of a relation shaped like `meter_events` that are not cancelled, with their meter's
   formula and window. `cancellations` is a relation like `meter_event_cancellations`. #}
{% macro live_meter_events(events, meters, cancellations) %}
    select
        events.*,
        meters.formula,
        meters.window_seconds
    from {{ events }} as events
    inner join {{ meters }} as meters on events.meter_key = meters.meter_key
    left join {{ cancellations }} as cancellations
        on
            events.meter_key = cancellations.meter_key
            and events.customer_key = cancellations.customer_key
            and events.batch_key = cancellations.batch_key
            and events.batch_row = cancellations.batch_row
    where cancellations.batch_row is null
{% endmacro %}
