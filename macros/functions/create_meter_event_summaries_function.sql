{# meter_event_summaries(meter, customer, start_time, end_time, value_grouping_window): what Stripe's
   endpoint of that name lists, newest window first, windows without events left out.

   start_time (inclusive) and end_time (exclusive) are whole Unix seconds on minute boundaries;
   value_grouping_window is 'hour' or 'day', whose boundaries both must lie on, or null for one summary
   of the whole range. The columns are those of the mart of the same name.

   Whole quarter-hours come from the rollup. Where the range cuts a quarter-hour, and only there, the
   event files of its first and last month are read. #}
{% macro create_meter_event_summaries_function() %}
    {%- set window_length -%}
        case value_grouping_window when 'hour' then 3600 when 'day' then 86400 end
    {%- endset -%}
    create or replace macro main.meter_event_summaries(
        meter, customer, start_time, end_time, value_grouping_window
    ) as table
    with asked as (

        select
            meters.meter_key,
            meters.formula,
            meters.window_seconds,
            meters.livemode,
            customers.customer_key
        from intermediate.meter_keys as meters
        cross join intermediate.customer_keys as customers
        where meters.meter_id = meter and customers.customer_id = customer

    ),

    near_events as (

        select events.*
        from read_parquet(
            {{ event_file_list(
                'list_concat('
                ~ 'case when start_time % 900 <> 0 then [' ~ month_of_seconds('start_time')
                ~ '] else [] end, '
                ~ 'case when end_time % 900 <> 0 then [' ~ month_of_seconds('end_time')
                ~ '] else [] end)'
            ) }},
            hive_partitioning = false
        ) as events
        inner join asked
            on events.meter_key = asked.meter_key and events.customer_key = asked.customer_key

    ),

    edge_events as (

        {{ counted_meter_events(
            'near_events', 'asked', 'intermediate.meter_event_cancellations'
        ) }}

    ),

    pieces as (

        select
            cast(rollup.quarter_hour as bigint) * 900 as seconds,
            rollup.event_count,
            rollup.value_sum,
            rollup.value_min,
            rollup.value_max,
            rollup.last_value,
            rollup.last_at,
            rollup.last_received_at,
            rollup.last_received_sequence,
            cast(null as varchar) as unique_value
        from intermediate.meter_quarter_hours as rollup
        inner join asked
            on rollup.customer_key = asked.customer_key and rollup.meter_key = asked.meter_key
        where
            rollup.quarter_hour >= {{ whole_quotient('start_time + 899', 900) }}
            and rollup.quarter_hour < {{ whole_quotient('end_time', 900) }}

        union all

        select
            cast(rollup_values.quarter_hour as bigint) * 900 as seconds,
            0 as event_count,
            null as value_sum,
            null as value_min,
            null as value_max,
            null as last_value,
            null as last_at,
            null as last_received_at,
            null as last_received_sequence,
            rollup_values.unique_value
        from intermediate.meter_quarter_hour_values as rollup_values
        inner join asked
            on
                rollup_values.customer_key = asked.customer_key
                and rollup_values.meter_key = asked.meter_key
        where
            rollup_values.quarter_hour >= {{ whole_quotient('start_time + 899', 900) }}
            and rollup_values.quarter_hour < {{ whole_quotient('end_time', 900) }}

        union all

        select
            {{ unix_seconds('edge_events.event_at') }} as seconds,
            1 as event_count,
            edge_events.value as value_sum,
            edge_events.value as value_min,
            edge_events.value as value_max,
            edge_events.value as last_value,
            edge_events.event_at as last_at,
            edge_events.received_at as last_received_at,
            edge_events.received_sequence as last_received_sequence,
            edge_events.unique_value
        from edge_events
        where
            edge_events.event_at >= {{ from_unix_seconds('start_time') }}
            and edge_events.event_at < {{ from_unix_seconds('end_time') }}
            and (
                edge_events.event_at
                < {{ from_unix_seconds(whole_quotient('start_time + 899', 900) ~ ' * 900') }}
                or edge_events.event_at >= {{ from_unix_seconds(whole_quotient('end_time', 900) ~ ' * 900') }}
            )

    ),

    merged as (

        select
            coalesce(seconds - seconds % {{ window_length }}, start_time) as window_start,
            cast(sum(event_count) as bigint) as events_counted,
            sum(value_sum) as value_sum,
            min(value_min) as value_min,
            max(value_max) as value_max,
            {{ latest_by('last_value', ordering(['last_at', 'last_received_at',
                'last_received_sequence', 'last_value'])) }} as last_value,
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
        where merged.events_counted > 0

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
    order by window_start desc;
{% endmacro %}
