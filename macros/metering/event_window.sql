{# The number of the UTC window of `window_seconds` (3600 or 86400) that holds a timestamp. #}
{% macro event_window(timestamp, window_seconds) -%}
    case {{ window_seconds }}
        when 3600 then {{ dbt.date_trunc('hour', timestamp) }}
        when 86400 then {{ dbt.date_trunc('day', timestamp) }}
    end
{%- endmacro %}
