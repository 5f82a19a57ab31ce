{# meter_event_summaries(meter, customer, start_time, end_time, value_grouping_window): what
   Stripe's endpoint of that name lists, newest window first, windows without events left out.
 start_time (inclusive) and end_time (exclusive) are whole Unix seconds on minute boundaries;
   value_grouping_window is 'hour' or 'day', on whose boundaries both must lie, or null for one
   summary of the whole range. The columns are those of the mart of the same name.
 Whole quarter-hours come from the rollup. Where the range cuts a quarter-hour, and only there, the
   event files of its first and last month are read. #}
{% macro create_meter_event_summaries_function() %}
    {%- set window_length -%}
        case value_grouping_window when 'hour' then 3600 when 'day' then 86400 end
    {%- endset -%}
    {%- set first_quarter_hour = whole_quotient('start_time + 899', 900) -%}
    {%- set end_quarter_hour = whole_quotient('end_time', 900) -%}
    create or replace macro main.meter_event_summaries(
        meter, customer, start_time, end_time, value_grouping_window
    ) as table
    with asked as (

        select
            known_meters.meter_key,
            known_meters.formula,
            known_meters.window_seconds,
            known_meters.livemode,
            known_customers.customer_key
        from intermediate.meter_keys as known_meters
        cross join intermediate.customer_keys as known_customers
        where known_meters.meter_id = meter and known_customers.customer_id = customer

    ),

    near_events as (

        select events.*
        from read_parquet(
            {{ event_file_list(
                checked_summary_question(window_length, edge_months('start_time', 'end_time'))
            ) }},
            hive_partitioning = false
        ) as events
        inner join asked
            on events.customer_key = asked.customer_key and events.meter_key = asked.meter_key

    ),

    edge_events as (

        {{ counted_meter_events(
            'near_events', 'asked', 'intermediate.meter_event_cancellations'
        ) }}

    ),

    pieces as (

        select
            cast(rollup.quarter_hour as bigint) * 900 as seconds,
            {{ rollup_piece('rollup') }}
        from intermediate.meter_quarter_hours as rollup
        inner join asked
            on rollup.customer_key = asked.customer_key and rollup.meter_key = asked.meter_key
        where
            rollup.quarter_hour >= {{ first_quarter_hour }}
            and rollup.quarter_hour < {{ end_quarter_hour }}

        union all

        select
            cast(rollup_values.quarter_hour as bigint) * 900 as seconds,
            {{ distinct_value_piece('rollup_values') }}
        from intermediate.meter_quarter_hour_values as rollup_values
        inner join asked
            on
                rollup_values.customer_key = asked.customer_key
                and rollup_values.meter_key = asked.meter_key
        where
            rollup_values.quarter_hour >= {{ first_quarter_hour }}
            and rollup_values.quarter_hour < {{ end_quarter_hour }}

        union all

        select
            {{ unix_seconds('edge_events.event_at') }} as seconds,
            {{ event_piece('edge_events') }}
        from edge_events
        where
            edge_events.event_at >= {{ from_unix_seconds('start_time') }}
            and edge_events.event_at < {{ from_unix_seconds('end_time') }}
            and (
                edge_events.event_at < {{ from_unix_seconds(first_quarter_hour ~ ' * 900') }}
                or edge_events.event_at >= {{ from_unix_seconds(end_quarter_hour ~ ' * 900') }}
            )

    ),

    merged as (

        select
            coalesce(seconds - seconds % {{ window_length }}, start_time) as window_start,
            cast(sum(event_count) as bigint) as events_counted,
            sum(value_sum) as value_sum,
            min(value_min) as value_min,
            max(value_max) as value_max,
            {{ latest_piece() }} as last_value,
            count(distinct unique_value) as values_counted
        from pieces
        group by window_start

    ),

    named as (

        select
            merged.window_start,
            coalesce(merged.window_start + {{ window_length }}, end_time) as window_end,
            {{ aggregated_value('asked.formula', 'merged.value_sum', 'merged.events_counted',
                'merged.value_min', 'merged.value_max', 'merged.last_value',
                'merged.values_counted') }} as window_value,
            merged.events_counted,
            asked.livemode
        from merged
        cross join asked

    )

    select
        {{ summary_id('meter', 'customer', 'window_start', 'window_end',
            'value_grouping_window') }} as id,
        meter as meter_id,
        customer as customer_id,
        {{ from_unix_seconds('window_start') }} as start_time,
        {{ from_unix_seconds('window_end') }} as end_time,
        window_value as aggregated_value,
        value_grouping_window as value_grouping_window,
        events_counted as event_count,
        livemode
    from named
    order by window_start desc
{% endmacro %}


{# The months, unless the question is malformed: then the error that says so. It is asked here
   because the list of files is made while the question is bound, also when no row could match. #}
{% macro checked_summary_question(window_length, months) -%}
    case
        when
            value_grouping_window is not null
            and value_grouping_window not in ('hour', 'day')
            then error(concat(
                'value_grouping_window is ''', value_grouping_window,
                '''; it can be ''hour'', ''day'' or null.'
            ))
        when start_time % coalesce({{ window_length }}, 60) <> 0
            then error(concat(
                'start_time ', start_time, ' must be aligned with ',
                coalesce(value_grouping_window, 'minute'), ' boundaries (UTC).'
            ))
        when end_time % coalesce({{ window_length }}, 60) <> 0
            then error(concat(
                'end_time ', end_time, ' must be aligned with ',
                coalesce(value_grouping_window, 'minute'), ' boundaries (UTC).'
            ))
        when end_time <= start_time
            then error(concat(
                'end_time must be after start_time: ', end_time, ' is not after ', start_time, '.'
            ))
        else {{ months }}
    end
{%- endmacro %}
