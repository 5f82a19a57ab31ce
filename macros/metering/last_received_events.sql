{# Of live events whose meter has an event_time_window, the one received last in each UTC window of
   its meter and customer. The relation must hold whole windows. Events received at the same instant
   with the same sequence are told apart by their time, value and dimensions, never by the batch
   that brought them. #}
{% macro last_received_events(live_events) %}
    select ranked.*
    from (
        select
            live.*,
            row_number() over (
                partition by
                    live.customer_key,
                    live.meter_key,
                    {{ event_window('live.event_at', 'live.window_seconds') }}
                order by
                    live.received_at desc,
                    live.received_sequence desc,
                    live.event_at desc,
                    live.value desc nulls last,
                    live.unique_value desc nulls last,
                    live.dimensions desc nulls last
            ) as receipt_rank
        from {{ live_events }} as live
        where live.window_seconds is not null
    ) as ranked
    where ranked.receipt_rank = 1
{% endmacro %}
