{# What tells the calendar windows of a zone apart: equal for the instants of one window. For days
   and longer it is the local date on which the window starts. For hours it is the instant at which
   the local clock would have shown the full hour had it run on unchanged, so that the two hours
   between which a clock is set back stay two. Minutes are UTC's. Null window: all instants are in
   one. #}
{% macro window_key(window, zone, timestamp) -%}
    case {{ window }}
        when 'minute' then date_trunc('minute', {{ timestamp }})
        when 'hour'
            then {{ timestamp }} - (
                {{ local_time(zone, timestamp) }}
                - date_trunc('hour', {{ local_time(zone, timestamp) }})
            )
        when 'day' then cast(date_trunc('day', {{ local_time(zone, timestamp) }}) as timestamp)
        when 'week' then cast(date_trunc('week', {{ local_time(zone, timestamp) }}) as timestamp)
        when 'month' then cast(date_trunc('month', {{ local_time(zone, timestamp) }}) as timestamp)
        else timestamp '1970-01-01 00:00:00'
    end
{%- endmacro %}
