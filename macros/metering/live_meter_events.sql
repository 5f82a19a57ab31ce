{# The events of a relation shaped like `meter_events` that are not cancelled, with their meter's
   formula and window. Refused events have no meter_key and never come through. `meters` is a
   relation of meter_key, formula and window_seconds: only events of its meters are kept.
   `cancellations` is a relation like `meter_event_cancellations`. `condition` picks among them, by
   columns of `events.…` and `meters.…`. #}
{% macro live_meter_events(events, meters, cancellations, condition='true') %}
    select
        events.customer_key,
        events.meter_key,
        events.event_at,
        events.value,
        events.unique_value,
        events.dimensions,
        events.received_at,
        events.received_sequence,
        events.batch_key,
        events.batch_row,
        meters.formula,
        meters.window_seconds
    from {{ events }} as events
    inner join {{ meters }} as meters on events.meter_key = meters.meter_key
    left join {{ cancellations }} as cancellations
        on
            events.batch_key = cancellations.batch_key
            and events.batch_row = cancellations.batch_row
            and events.customer_key = cancellations.customer_key
            and events.meter_key = cancellations.meter_key
            and cancellations.reason <> 'restored'
    where cancellations.batch_row is null and {{ condition }}
{% endmacro %}


{# The columns of live_meter_events, of a relation that has more. #}
{% macro live_event_columns(relation) %}
    {%- for name in [
        'customer_key', 'meter_key', 'event_at', 'value', 'unique_value', 'dimensions',
        'received_at', 'received_sequence', 'batch_key', 'batch_row', 'formula', 'window_seconds',
    ] -%}
        {{ relation }}.{{ name }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{% endmacro %}
