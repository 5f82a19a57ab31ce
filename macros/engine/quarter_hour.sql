{# The number of whole quarter-hours from 1970-01-01 UTC to the quarter-hour that holds a timestamp:
   an INTEGER, so that zone maps see all of it. Shifted before the division, because integer
   division truncates toward zero and the quarter-hour before 1970 is number -1. #}
{% macro quarter_hour(timestamp) %}
    {{- adapter.dispatch('quarter_hour', 'meterhouse')(timestamp) -}}
{% endmacro %}

{% macro default__quarter_hour(timestamp) -%}
    cast(floor(unix_seconds({{ timestamp }}) / 900) as int)
{%- endmacro %}

{% macro duckdb__quarter_hour(timestamp) -%}
    cast(
        (epoch_us({{ timestamp }}) + 900000000 * cast(10000000 as bigint)) // 900000000 - 10000000
        as integer
    )
{%- endmacro %}
