{# The events of a relation shaped like `meter_events` that count now: not cancelled and, where the
   meter has an event_time_window, received last in their UTC window. The relation must hold whole
   windows. Events received at the same instant with the same sequence are told apart by their time
   and value, never by the batch that brought them. `meters` is a relation of meter_key, formula and
   window_seconds: only events of its meters are kept. #}
{% macro counted_meter_events(events, meters, cancellations) %}
    select
        live.meter_key,
        live.customer_key,
        live.event_at,
        live.value,
        live.unique_value,
        live.received_at,
        live.received_sequence,
        live.formula
    from (
        {{ live_meter_events(events, meters, cancellations) }}
    ) as live
    where live.window_seconds is null

    union all

    select
        ranked.meter_key,
        ranked.customer_key,
        ranked.event_at,
        ranked.value,
        ranked.unique_value,
        ranked.received_at,
        ranked.received_sequence,
        ranked.formula
    from (
        select
            live.*,
            row_number() over (
                partition by
                    live.meter_key,
                    live.customer_key,
                    {{ event_window('live.event_at', 'live.window_seconds') }}
                order by
                    live.received_at desc,
                    live.received_sequence desc,
                    live.event_at desc,
                    live.value desc nulls last,
                    live.unique_value desc nulls last
            ) as receipt_rank
        from (
            {{ live_meter_events(events, meters, cancellations) }}
        ) as live
        where live.window_seconds is not null
    ) as ranked
    where ranked.receipt_rank = 1
{% endmacro %}
