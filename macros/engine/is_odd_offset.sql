{# Whether a zone's offset from UTC at a timestamp is not whole quarter-hours, as some were before
   clocks were set by zones. #}
{% macro is_odd_offset(zone, timestamp) %}
    {{- adapter.dispatch('is_odd_offset', 'meterhouse')(zone, timestamp) -}}
{% endmacro %}

{% macro default__is_odd_offset(zone, timestamp) -%}
    (
        (unix_seconds({{ local_time(zone, timestamp) }}) - unix_seconds({{ timestamp }})) % 900
        <> 0
    )
{%- endmacro %}

{% macro duckdb__is_odd_offset(zone, timestamp) -%}
    (
        (epoch_us({{ local_time(zone, timestamp) }}) - epoch_us({{ timestamp }})) % 900000000
        <> 0
    )
{%- endmacro %}
