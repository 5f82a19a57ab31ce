{# The clock time that a UTC timestamp has in an IANA zone, whatever zone the session is in. #}
{% macro local_time(zone, timestamp) %}
    {{- adapter.dispatch('local_time', 'meterhouse')(zone, timestamp) -}}
{% endmacro %}

{% macro default__local_time(zone, timestamp) -%}
    from_utc_timestamp({{ timestamp }}, {{ zone }})
{%- endmacro %}

{% macro duckdb__local_time(zone, timestamp) -%}
    timezone({{ zone }}, timezone('UTC', {{ timestamp }}))
{%- endmacro %}
