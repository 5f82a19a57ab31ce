{# Where a range of seconds cuts a quarter-hour at its first or its last second, the rollup cannot
   tell what is in and what is out. These say which events can. #}

{# The months whose events are needed. #}
{% macro edge_months(start_seconds, end_seconds) -%}
    list_concat(
        case
            when {{ start_seconds }} % 900 <> 0 then [{{ month_of_seconds(start_seconds) }}]
            else []
        end,
        case
            when {{ end_seconds }} % 900 <> 0 then [{{ month_of_seconds(end_seconds) }}]
            else []
        end
    )
{%- endmacro %}


{# Whether an event lies on the UTC day of a cut: the whole day, because an event_time_window may
   need all of it. #}
{% macro is_on_edge_day(event_at, start_seconds, end_seconds) -%}
    (
        (
            {{ start_seconds }} % 900 <> 0
            and {{ event_at }} >= {{ day_of_seconds(start_seconds) }}
            and {{ event_at }} < {{ day_of_seconds(start_seconds) }} + interval 1 day
        )
        or (
            {{ end_seconds }} % 900 <> 0
            and {{ event_at }} >= {{ day_of_seconds(end_seconds) }}
            and {{ event_at }} < {{ day_of_seconds(end_seconds) }} + interval 1 day
        )
    )
{%- endmacro %}


{# Whether an event lies in the range, and outside its whole quarter-hours. #}
{% macro is_in_cut_quarter_hour(event_at, start_seconds, end_seconds) -%}
    {%- set first_whole = whole_quotient(start_seconds ~ ' + 899', 900) ~ ' * 900' -%}
    {%- set end_whole = whole_quotient(end_seconds, 900) ~ ' * 900' -%}
    (
        {{ event_at }} >= {{ from_unix_seconds(start_seconds) }}
        and {{ event_at }} < {{ from_unix_seconds(end_seconds) }}
        and (
            {{ event_at }} < {{ from_unix_seconds(first_whole) }}
            or {{ event_at }} >= {{ from_unix_seconds(end_whole) }}
        )
    )
{%- endmacro %}


{% macro day_of_seconds(seconds) -%}
    date_trunc('day', {{ from_unix_seconds(seconds) }})
{%- endmacro %}
