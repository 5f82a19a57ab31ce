{# The UTC timestamp of an integer count of seconds since 1970-01-01. #}
{% macro from_unix_seconds(seconds) %}
    {{- adapter.dispatch('from_unix_seconds', 'meterhouse')(seconds) -}}
{% endmacro %}

{% macro default__from_unix_seconds(seconds) %}timestamp_seconds({{ seconds }}){% endmacro %}

{% macro duckdb__from_unix_seconds(seconds) -%}
    make_timestamp(cast({{ seconds }} as bigint) * 1000000)
{%- endmacro %}
