{# The events of a relation shaped like `meter_events` that count now: not cancelled and, where the
   meter has an event_time_window, received last in their window. Columns, arguments and what the
   relation must hold: see live_meter_events and last_received_events. #}
{% macro counted_meter_events(events, meters, cancellations) %}
    {{ live_meter_events(events, meters, cancellations, 'meters.window_seconds is null') }}

    union all

    select {{ live_event_columns('winners') }}
    from (
        {{ last_received_events('(' ~ live_meter_events(
            events, meters, cancellations, 'meters.window_seconds is not null'
        ) ~ ')') }}
    ) as winners
{% endmacro %}
