{# What becomes of the usage of a relation shaped like `meter_events`, in order of receipt: every
   event that is not cancelled arrives and, where its meter has an event_time_window, takes back
   the one received last in its window before it. What is left in the end is counted_meter_events.
   The columns of live_meter_events, with received_at and received_sequence of what happened, and:
   is_taken_back; arrived_at, the time of the event that arrives; first_received_at, when the event
   itself was received. Arguments and what the relation must hold: see live_meter_events and
   last_received_events. #}
{% macro arriving_meter_events(events, meters, cancellations) %}
    select
        {{ live_event_columns('arrived') }},
        false as is_taken_back,
        arrived.event_at as arrived_at,
        arrived.received_at as first_received_at
    from (
        {{ live_meter_events(events, meters, cancellations, 'meters.window_seconds is null') }}
    ) as arrived

    union all

    select
        followed.customer_key,
        followed.meter_key,
        followed.event_at,
        followed.value,
        followed.unique_value,
        followed.dimensions,
        case
            when sides.is_taken_back then followed.next_received_at else followed.received_at
        end as received_at,
        case
            when sides.is_taken_back then followed.next_received_sequence
            else followed.received_sequence
        end as received_sequence,
        followed.batch_key,
        followed.batch_row,
        followed.formula,
        followed.window_seconds,
        sides.is_taken_back,
        case when sides.is_taken_back then followed.next_event_at else followed.event_at end
            as arrived_at,
        followed.received_at as first_received_at
    from (
        select
            live.*,
            lead(live.received_at) over in_window as next_received_at,
            lead(live.received_sequence) over in_window as next_received_sequence,
            lead(live.event_at) over in_window as next_event_at
        from (
            {{ live_meter_events(
                events, meters, cancellations, 'meters.window_seconds is not null'
            ) }}
        ) as live
        window
            in_window as (
                partition by
                    live.customer_key,
                    live.meter_key,
                    {{ event_window('live.event_at', 'live.window_seconds') }}
                order by
                    live.received_at asc,
                    live.received_sequence asc,
                    live.event_at asc,
                    live.value asc nulls first,
                    live.unique_value asc nulls first,
                    live.dimensions asc nulls first
            )
    ) as followed
    inner join (
        select false as is_taken_back
        union all
        select true as is_taken_back
    ) as sides
        on not sides.is_taken_back or followed.next_received_at is not null
{% endmacro %}
