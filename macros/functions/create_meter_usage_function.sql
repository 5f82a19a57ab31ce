{# meter_usage(meters, customer, starts_at, ends_at, …): usage of one or several meters in calendar
   windows of any time zone, by dimension, as known at any instant. One row per meter, window and
   combination of dimensions, oldest window first.

   meters                   list of meter ids, at least one; an unknown one is refused
   customer                 the customer, or null for all of them together
   starts_at, ends_at       Unix seconds; inclusive, exclusive
   value_grouping_window    'minute', 'hour', 'day', 'week' (from Monday), 'month', or null
                            (default): one row for the whole range. Windows are the calendar's in
                            `timezone`, cut to the range; minutes are UTC's.
   timezone                 IANA name, default 'UTC'. A day has 23 or 25 hours where clocks change.
   received_until           Unix seconds: counts what had been received by then (inclusive), with
                            the cancellations received by then. Null (default): all of it.
   dimension_filters        JSON, {"key": ["value", …], …}: events must have one of the values of
      each
   dimension_group_by_keys  list of dimension keys; `dimensions` then holds their values as JSON.
      A key that none of the meters declares is refused
   is_zero_filled           true: windows without events have a row too, with value 0
 Whole quarter-hours come from the rollup, what a range cuts off comes from the events; so does
   everything that the rollup cannot tell: minutes, dimensions, as known at, and zones whose offset
   is not whole quarter-hours. #}
{% macro create_meter_usage_function() %}
    {%- set start_at = from_unix_seconds('starts_at') -%}
    {%- set end_at = from_unix_seconds('ends_at') -%}
    {%- set is_odd_zone = '(' ~ is_odd_offset('timezone', start_at) ~ ' or '
        ~ is_odd_offset('timezone', end_at) ~ ')' -%}
    {%- set needs_events -%}
        (
            received_until is not null
            or dimension_filters is not null
            or dimension_group_by_keys is not null
            or coalesce(value_grouping_window, 'none') = 'minute'
            or {{ is_odd_zone }}
        )
    {%- endset -%}
    {%- set step -%}
        case
            when value_grouping_window is null then ends_at - starts_at
            when value_grouping_window = 'minute' then 60
            when {{ is_odd_zone }} then 1
            else 900
        end
    {%- endset -%}
    {%- set first_slot -%}
        case
            when value_grouping_window is null then starts_at
            else starts_at - starts_at % ({{ step }})
        end
    {%- endset -%}
    {%- set first_quarter_hour -%}
        case when {{ needs_events }} then 0 else {{ whole_quotient('starts_at + 899', 900) }} end
    {%- endset -%}
    {%- set end_quarter_hour -%}
        case when {{ needs_events }} then 0 else {{ whole_quotient('ends_at', 900) }} end
    {%- endset -%}
    create or replace macro main.meter_usage(
        meters,
        customer,
        starts_at,
        ends_at,
        value_grouping_window := null,
        timezone := 'UTC',
        received_until := null,
        dimension_filters := null,
        dimension_group_by_keys := null,
        is_zero_filled := false
    ) as table
    with asked_meters as (

        select
            case
                when known_meters.meter_key is null
                    then cast({{ no_such_meter('named.meter_id') }} as integer)
                when undeclared.dimension is not null
                    then cast({{ no_such_dimension('undeclared.dimension') }} as integer)
                else known_meters.meter_key
            end as meter_key,
            named.meter_id,
            known_meters.formula,
            known_meters.window_seconds,
            known_meters.livemode
        from (select distinct unnest(meters) as meter_id) as named
        left join intermediate.meter_keys as known_meters
            on named.meter_id = known_meters.meter_id
        cross join (
            {{ undeclared_dimensions(
                'meters', 'dimension_filters', 'dimension_group_by_keys'
            ) }}
        ) as undeclared

    ),

    asked_customers as (

        select known_customers.customer_key
        from intermediate.customer_keys as known_customers
        where customer is null or known_customers.customer_id = customer

    ),

    slots as (

        select
            slot,
            {{ window_key('value_grouping_window', 'timezone', from_unix_seconds('slot')) }}
                as window_key
        from range(
            {{ checked_usage_question(first_slot) }}, ends_at, {{ step }}
        ) as numbered (slot)

    ),

    windows as (

        select
            window_key,
            greatest(min(slot), starts_at) as window_start,
            least(max(slot) + {{ step }}, ends_at) as window_end
        from slots
        group by window_key

    ),

    near_events as (

        select events.*
        from read_parquet(
            {{ event_file_list(
                'case when ' ~ needs_events ~ ' then ' ~ touched_months('starts_at', 'ends_at')
                ~ ' else ' ~ edge_months('starts_at', 'ends_at') ~ ' end'
            ) }},
            hive_partitioning = false
        ) as events
        inner join asked_customers on events.customer_key = asked_customers.customer_key
        where
            -- whole UTC days, because an event_time_window may need them
            events.event_at >= {{ day_of_seconds('starts_at') }}
            and events.event_at < {{ day_of_seconds('ends_at') }} + interval 1 day
            and (
                received_until is null
                or events.received_at <= {{ from_unix_seconds('received_until') }}
            )

    ),

    near_cancellations as (

        select cancellations.*
        from intermediate.meter_event_cancellations as cancellations
        inner join asked_customers
            on cancellations.customer_key = asked_customers.customer_key
        where
            received_until is null
            or cancellations.cancelled_at <= {{ from_unix_seconds('received_until') }}

    ),

    counted as (

        {{ counted_meter_events('near_events', 'asked_meters', 'near_cancellations') }}

    ),

    pieces as (

        select
            rollup.meter_key,
            cast(rollup.quarter_hour as bigint) * 900 as seconds,
            '{}' as series,
            {{ rollup_piece('rollup') }}
        from intermediate.meter_quarter_hours as rollup
        inner join asked_customers on rollup.customer_key = asked_customers.customer_key
        inner join asked_meters on rollup.meter_key = asked_meters.meter_key
        where
            rollup.quarter_hour >= {{ first_quarter_hour }}
            and rollup.quarter_hour < {{ end_quarter_hour }}

        union all

        select
            rollup_values.meter_key,
            cast(rollup_values.quarter_hour as bigint) * 900 as seconds,
            '{}' as series,
            {{ distinct_value_piece('rollup_values') }}
        from intermediate.meter_quarter_hour_values as rollup_values
        inner join asked_customers
            on rollup_values.customer_key = asked_customers.customer_key
        inner join asked_meters on rollup_values.meter_key = asked_meters.meter_key
        where
            rollup_values.quarter_hour >= {{ first_quarter_hour }}
            and rollup_values.quarter_hour < {{ end_quarter_hour }}

        union all

        select
            counted.meter_key,
            {{ unix_seconds('counted.event_at') }} as seconds,
            {{ dimension_series('counted.dimensions', 'dimension_group_by_keys') }} as series,
            {{ event_piece('counted') }}
        from counted
        where
            counted.event_at >= {{ start_at }}
            and counted.event_at < {{ end_at }}
            and (
                counted.event_at < {{ from_unix_seconds('(' ~ first_quarter_hour ~ ') * 900') }}
                or counted.event_at >= {{ from_unix_seconds('(' ~ end_quarter_hour ~ ') * 900') }}
            )
            and {{ passes_dimension_filters('counted.dimensions', 'dimension_filters') }}

    ),

    merged as (

        select
            pieces.meter_key,
            slots.window_key,
            pieces.series,
            cast(sum(pieces.event_count) as bigint) as events_counted,
            sum(pieces.value_sum) as value_sum,
            min(pieces.value_min) as value_min,
            max(pieces.value_max) as value_max,
            {{ latest_piece() }} as last_value,
            count(distinct pieces.unique_value) as values_counted
        from pieces
        inner join slots
            on
                slots.slot
                = pieces.seconds - (pieces.seconds - ({{ first_slot }})) % ({{ step }})
        group by pieces.meter_key, slots.window_key, pieces.series

    ),

    all_series as (

        select
            merged.meter_key,
            merged.series
        from merged

        union

        select
            asked_meters.meter_key,
            '{}' as series
        from asked_meters
        where dimension_group_by_keys is null

    ),

    filled as (

        select
            all_series.meter_key,
            windows.window_key,
            all_series.series
        from all_series
        cross join windows
        where is_zero_filled

        union

        select
            merged.meter_key,
            merged.window_key,
            merged.series
        from merged

    )

    select
        asked_meters.meter_id,
        customer as customer_id,
        {{ from_unix_seconds('windows.window_start') }} as starts_at,
        {{ from_unix_seconds('windows.window_end') }} as ends_at,
        filled.series as dimensions,
        cast(coalesce(
            {{ aggregated_value('asked_meters.formula', 'merged.value_sum',
                'merged.events_counted', 'merged.value_min', 'merged.value_max',
                'merged.last_value', 'merged.values_counted') }},
            0
        ) as {{ quantity_type() }}) as aggregated_value,
        coalesce(merged.events_counted, 0) as event_count,
        asked_meters.livemode
    from filled
    inner join asked_meters on filled.meter_key = asked_meters.meter_key
    inner join windows on filled.window_key = windows.window_key
    left join merged
        on
            filled.meter_key = merged.meter_key
            and filled.window_key = merged.window_key
            and filled.series = merged.series
    order by windows.window_start, asked_meters.meter_id, filled.series
{% endmacro %}
