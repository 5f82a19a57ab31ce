{# What tells the calendar windows of a zone apart, a BIGINT equal for the instants of one window.
   For days and longer it is the local date on which the window starts. For hours it is the local
   hour and the offset: an hour ends where the clock is changed, and the two hours between which it
   is set back stay two. Minutes are UTC's. Null window: all instants are in one. #}
{% macro window_key(window, zone, timestamp) -%}
    {%- set local = local_time(zone, timestamp) -%}
    case {{ window }}
        when 'minute' then {{ unix_seconds("date_trunc('minute', " ~ timestamp ~ ")") }}
        when 'hour'
            then {{ unix_seconds("date_trunc('hour', " ~ local ~ ")") }} * 100000
                + {{ unix_seconds(local) }}
                - {{ unix_seconds(timestamp) }}
        when 'day' then {{ unix_seconds("date_trunc('day', " ~ local ~ ")") }}
        when 'week' then {{ unix_seconds("date_trunc('week', " ~ local ~ ")") }}
        when 'month' then {{ unix_seconds("date_trunc('month', " ~ local ~ ")") }}
        else 0
    end
{%- endmacro %}
