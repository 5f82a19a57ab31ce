{# meter_event_summaries(meter, customer, start_time, end_time, value_grouping_window): what
   Stripe's endpoint of that name lists, newest window first, windows without events left out.

   An unknown meter is refused; an unknown customer has no events and so no rows.

   start_time (inclusive) and end_time (exclusive) are whole Unix seconds on minute boundaries;
   value_grouping_window is 'hour' or 'day', on whose boundaries both must lie; left out or null it
   gives one summary of the whole range. The columns are those of the mart of the same name.

   The endpoint reads its pages from the functions below: instants there are whole seconds, and
   windows are given by their length too. Which of them answers is said by
   intermediate.summaries_function(meter, start_time, end_time, value_grouping_window), null for an
   unknown meter; it gives the beginning of the call, its first arguments included.

   Planning a general answer takes several times as long as reading the few rows. So there are
   functions for each formula: from the rollup of days for ranges of whole UTC days that are not
   asked for by the hour, from that of quarter-hours for others, and for ranges that cut a
   quarter-hour one and (for meters with an event_time_window) another that read the events at the
   cuts too. query() expands to the one that is needed while the question is bound; even the text
   that picks it is as short as can be. #}
{% macro create_meter_event_summaries_function() %}
    {%- for formula in meter_formulas() %}
    {%- for reading in ['days', 'quarter_hours', 'minutes', 'windowed_minutes'] %}
    create or replace macro intermediate.{{ formula }}_summaries_of_{{ reading }}(
        meter, asked_meter_key, meter_livemode, customer, start_time, end_time,
        value_grouping_window, window_seconds
    ) as table
    {{ event_summaries_query(formula, reading) }};
    {%- endfor %}
    {%- endfor %}

    create or replace macro intermediate.summaries_function(
        meter, start_time, end_time, value_grouping_window
    ) as
    nullif(
        split_part(
            split_part(
                {{ summary_functions_of_meters() }},
                concat(chr(10), meter, chr(9)),
                2
            ),
            chr(9),
            case
                when start_time % 900 <> 0 or end_time % 900 <> 0 then 3
                when
                    start_time % 86400 <> 0
                    or end_time % 86400 <> 0
                    or value_grouping_window is not distinct from 'hour'
                    then 2
                else 1
            end
        ),
        ''
    );

    create or replace macro intermediate.refused_summaries(
        customer, start_time, end_time, value_grouping_window, window_seconds
    ) as table
    {{ no_summaries(refusal_of_summary_question()) }};

    create or replace macro intermediate.summaries_of_unknown_meter(
        meter, customer, start_time, end_time, value_grouping_window, window_seconds
    ) as table
    {{ no_summaries(no_such_meter('meter')) }};

    {%- set window_seconds = seconds_of_window('value_grouping_window') -%}
    create or replace macro main.meter_event_summaries(
        meter, customer, start_time, end_time, value_grouping_window := null
    ) as table
    select
        id,
        meter as meter_id,
        customer as customer_id,
        {{ from_unix_seconds('window_start') }} as start_time,
        {{ from_unix_seconds('window_end') }} as end_time,
        aggregated_value,
        value_grouping_window as value_grouping_window,
        event_count,
        livemode
    from query(concat(
        'from intermediate.',
        case
            when
                start_time % coalesce({{ window_seconds }}, 60) = 0
                and end_time % coalesce({{ window_seconds }}, 60) = 0
                and start_time < end_time
                and coalesce(value_grouping_window in ('hour', 'day'), true)
                then coalesce(
                    intermediate.summaries_function(
                        meter, start_time, end_time, value_grouping_window
                    ),
                    concat(
                        'summaries_of_unknown_meter(''', replace(meter, '''', ''''''), ''', '
                    )
                )
            else 'refused_summaries('
        end,
        '''', replace(customer, '''', ''''''), ''', ',
        coalesce(cast(start_time as bigint) || '', 'null'), ', ',
        coalesce(cast(end_time as bigint) || '', 'null'), ', ',
        coalesce('''' || replace(value_grouping_window, '''', '''''') || '''', 'null'), ', ',
        coalesce({{ window_seconds }} || '', 'null'), ')'
    ))
    order by window_start desc
{% endmacro %}


{# The columns of summaries, no row, and an error that is raised while the question is bound. #}
{% macro no_summaries(refusal) %}
    select
        cast(null as varchar) as id,
        cast(null as bigint) as window_start,
        cast(null as bigint) as window_end,
        cast(null as {{ quantity_type() }}) as aggregated_value,
        cast(null as bigint) as event_count,
        cast(null as boolean) as livemode
    from range(cast({{ refusal }} as bigint))
{%- endmacro %}


{# For each meter that is there when the functions are made, a line of text: its id and how the
   call of its function begins, for whole days, whole quarter-hours and minutes. A meter that came
   later has no line. #}
{% macro summary_functions_of_meters() %}
    {%- set lines = namespace(text='') -%}
    {%- if has_table('meter_keys') -%}
        {%- for row in run_query(
            'select meter_id, formula, meter_key, livemode, window_seconds is not null '
            ~ 'from intermediate.meter_keys order by meter_key'
        ).rows -%}
            {%- set arguments = '(' ~ quoted_text(row[0]) ~ ', ' ~ row[2] ~ ', '
                ~ row[3] | string | lower ~ ', ' -%}
            {%- set lines.text = lines.text ~ '\n' ~ row[0] ~ '\t'
                ~ row[1] ~ '_summaries_of_days' ~ arguments ~ '\t'
                ~ row[1] ~ '_summaries_of_quarter_hours' ~ arguments ~ '\t'
                ~ row[1] ~ '_summaries_of_' ~ ('windowed_' if row[4] else '') ~ 'minutes'
                ~ arguments ~ '\t' -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(quoted_text(lines.text ~ '\n')) -}}
{% endmacro %}


{# The answer of one formula, its meter's key known. `reading` says what is read: days or
   quarter_hours (the rollups), minutes (and the events at the cuts), or windowed_minutes (of a
   meter whose events replace each other). #}
{% macro event_summaries_query(formula, reading) %}
    select
        {{ summary_id('meter', 'customer', 'windows.window_start', 'windows.window_end',
            'value_grouping_window') }} as id,
        windows.window_start,
        windows.window_end,
        {{ finished_value(formula, 'windows.merged_value', 'windows.events_counted') }}
            as aggregated_value,
        windows.events_counted as event_count,
        meter_livemode as livemode
    from (
        select
            merged.window_start,
            coalesce(merged.window_start + window_seconds, end_time) as window_end,
            merged.merged_value,
            merged.events_counted
        from ({{ merged_windows(formula, reading) }}) as merged
    ) as windows
{% endmacro %}


{# One row for each window that has events, or one for the whole range. #}
{% macro merged_windows(formula, reading) %}
        select
            coalesce(pieces.seconds - pieces.seconds % window_seconds, start_time)
                as window_start,
            {{ value_of_formula(formula) }} as merged_value,
            cast(sum(pieces.event_count) as bigint) as events_counted
        from (
            {%- if reading == 'days' %}
            {{ whole_pieces('meter_days', 'utc_day', 86400, rollup_piece('rollup')) }}
            {%- else %}
            {{ whole_pieces('meter_quarter_hours', 'quarter_hour', 900, rollup_piece('rollup')) }}
            {%- endif %}
            {%- if formula == 'unique_count' %}
            union all
            {{ whole_pieces(
                'meter_quarter_hour_values', 'quarter_hour', 900, distinct_value_piece('rollup')
            ) }}
            {%- endif %}
            {%- if reading in ['minutes', 'windowed_minutes'] %}
            union all
            {{ events_at_cuts(reading == 'windowed_minutes') }}
            {%- endif %}
        ) as pieces
        group by window_start
{% endmacro %}


{# The whole quarter-hours or UTC days of the range start_time to end_time, from a rollup of them:
   a table with a row for each `number` of `seconds` seconds since 1970. `piece` are its columns of
   usage (see pieces_of_usage). #}
{% macro whole_pieces(rollup, number, seconds, piece) %}
            select
                cast(rollup.{{ number }} as bigint) * {{ seconds }} as seconds,
                {{ piece }}
            from intermediate.{{ rollup }} as rollup
            inner join intermediate.customer_keys as customers
                on rollup.customer_key = customers.customer_key
            where
                customers.customer_id = customer
                and rollup.meter_key = asked_meter_key
                and rollup.{{ number }}
                >= {{ whole_quotient('start_time + ' ~ (seconds - 1), seconds) }}
                and rollup.{{ number }} < {{ whole_quotient('end_time', seconds) }}
{%- endmacro %}


{# The events in the quarter-hours that the range cuts, in the range. #}
{% macro events_at_cuts(is_windowed) %}
    {%- set meters -%}
        (
            select
                known_meters.meter_key,
                known_meters.formula,
                known_meters.window_seconds
            from intermediate.meter_keys as known_meters
            where known_meters.meter_key = asked_meter_key
        )
    {%- endset -%}
    {%- set events -%}
        (
            select events.*
            from read_parquet(
                {{ event_file_list(edge_months('start_time', 'end_time')) }},
                hive_partitioning = false
            ) as events
            inner join intermediate.customer_keys as customers
                on events.customer_key = customers.customer_key
            where
                customers.customer_id = customer
                and events.meter_key = asked_meter_key
                and {{ is_on_edge_day('events.event_at', 'start_time', 'end_time') }}
        )
    {%- endset -%}
    {%- set live = live_meter_events(
        events, meters, 'intermediate.meter_event_cancellations'
    ) %}
            select
                {{ unix_seconds('counted.event_at') }} as seconds,
                {{ event_piece('counted') }}
            from (
                {{ last_received_events('(' ~ live ~ ')') if is_windowed else live }}
            ) as counted
            where {{ is_in_cut_quarter_hour('counted.event_at', 'start_time', 'end_time') }}
{%- endmacro %}


{% macro has_table(name) %}
    {{- return(run_query(
        "select count(*) from information_schema.tables where table_schema = 'intermediate' "
        ~ "and table_name = '" ~ name ~ "'"
    ).columns[0].values()[0] > 0) -}}
{% endmacro %}


{% macro seconds_of_window(window) -%}
    case {{ window }} when 'hour' then 3600 when 'day' then 86400 end
{%- endmacro %}


{# The error that a malformed question deserves. It is raised while the question is bound, though no
   row could match. #}
{% macro refusal_of_summary_question() -%}
    {%- set alignment = 'coalesce(' ~ seconds_of_window('value_grouping_window') ~ ', 60)' -%}
    error(
        case
            when value_grouping_window not in ('hour', 'day')
                then concat(
                    'value_grouping_window is ''', value_grouping_window,
                    '''; it can be ''hour'', ''day'' or null.'
                )
            when start_time is null or end_time is null
                then concat(
                    case when start_time is null then 'start_time' else 'end_time' end,
                    ' is null; it must be whole seconds since 1970.'
                )
            when start_time % {{ alignment }} <> 0
                then concat(
                    'start_time ', start_time, ' must be aligned with ',
                    coalesce(value_grouping_window, 'minute'), ' boundaries (UTC).'
                )
            when end_time % {{ alignment }} <> 0
                then concat(
                    'end_time ', end_time, ' must be aligned with ',
                    coalesce(value_grouping_window, 'minute'), ' boundaries (UTC).'
                )
            else concat(
                'end_time must be after start_time: ', end_time, ' is not after ', start_time, '.'
            )
        end
    )
{%- endmacro %}
