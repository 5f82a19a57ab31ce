{# The live events that a rollup takes up, of the meters that `condition` picks. In pieces: each
   event of meters without event_time_window. After the pieces: the events received last in their
   windows; and where the run adds to what is there, every event of the dirty quarter-hours, which
   the pieces then leave out. #}
{% macro events_to_add_up(condition) %}
    {%- set cancellations = ref('meter_event_cancellations') -%}
    {%- set meters = ref('meter_keys') -%}
    {%- set events = ref('meter_events') -%}
    {%- set dirty = ref('meter_dirty_quarter_hours') -%}
    {%- if metering_starts_anew() %}
    {{ live_meter_events(
        events, meters, cancellations,
        'meters.window_seconds is null and ' ~ condition ~ ' and ' ~ this_piece()
    ) }}

    union all

    select {{ live_event_columns('winners') }}
    from (
        {{ last_received_events('(' ~ live_meter_events(
            events, meters, cancellations,
            'meters.window_seconds is not null and ' ~ condition ~ ' and ' ~ after_pieces()
        ) ~ ')') }}
    ) as winners
    {%- else %}
    select {{ live_event_columns('added') }}
    from (
        {{ live_meter_events(
            events, meters, cancellations,
            'meters.window_seconds is null and ' ~ condition ~ ' and ' ~ this_piece()
        ) }}
    ) as added
    left join {{ dirty }} as dirty
        on
            added.customer_key = dirty.customer_key
            and added.meter_key = dirty.meter_key
            and {{ quarter_hour('added.event_at') }} = dirty.first_quarter_hour
    where dirty.customer_key is null

    union all

    select {{ live_event_columns('recounted') }}
    from (
        {{ counted_meter_events(
            '(' ~ events_in_dirty_quarter_hours(events, dirty) ~ ')', meters, cancellations
        ) }}
    ) as recounted
    inner join {{ meters }} as meters on recounted.meter_key = meters.meter_key
    where {{ condition }} and {{ after_pieces() }}
    {%- endif %}
{% endmacro %}


{% macro events_in_dirty_quarter_hours(events, dirty) %}
    select dirty_events.*
    from {{ events }} as dirty_events
    inner join {{ dirty }} as dirty
        on
            dirty_events.customer_key = dirty.customer_key
            and dirty_events.meter_key = dirty.meter_key
            and {{ quarter_hour('dirty_events.event_at') }} >= dirty.first_quarter_hour
            and {{ quarter_hour('dirty_events.event_at') }} < dirty.end_quarter_hour
    where {{ dirty_time('dirty_events.event_at') }} and {{ after_pieces() }}
{% endmacro %}


{# The condition that an event lies between the first and the last dirty quarter-hour: constants, so
   that files and row groups outside are not read. #}
{% macro dirty_time(event_at) %}
    {%- set dirty = dirty_range() -%}
    {{- return(
        event_at ~ ' >= ' ~ from_unix_seconds(dirty[0] * 900) ~ ' and '
        ~ event_at ~ ' < ' ~ from_unix_seconds(dirty[1] * 900)
    ) -}}
{% endmacro %}


{# The first dirty quarter-hour and the one after the last; twice the same where there is none. #}
{% macro dirty_range() %}
    {%- set found = none -%}
    {%- if execute -%}
        {%- set found = run_query(
            'select min(first_quarter_hour), max(end_quarter_hour) from '
            ~ ref('meter_dirty_quarter_hours')
        ).rows[0] -%}
    {%- endif -%}
    {{- return(
        (0, 0) if found is none or found[0] is none else (found[0] | int, found[1] | int)
    ) -}}
{% endmacro %}
