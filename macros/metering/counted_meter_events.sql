{# The events of a relation shaped like `meter_events` that count now: not cancelled and, where the
   meter has an event_time_window, received last in their window. See live_meter_events and
   last_received_events for the arguments and for what the relation must hold. #}
{% macro counted_meter_events(events, meters, cancellations) %}
    select
        live.customer_key,
        live.meter_key,
        live.event_at,
        live.value,
        live.unique_value,
        live.received_at,
        live.received_sequence,
        live.formula
    from (
        {{ live_meter_events(events, meters, cancellations, 'meters.window_seconds is null') }}
    ) as live

    union all

    select
        winners.customer_key,
        winners.meter_key,
        winners.event_at,
        winners.value,
        winners.unique_value,
        winners.received_at,
        winners.received_sequence,
        winners.formula
    from (
        {{ last_received_events('(' ~ live_meter_events(
            events, meters, cancellations, 'meters.window_seconds is not null'
        ) ~ ')') }}
    ) as winners
{% endmacro %}
