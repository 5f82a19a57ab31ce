{# Seconds since 1970-01-01 UTC as a BIGINT; a timestamp between two seconds belongs to the earlier
   one. DuckDB's epoch() is a DOUBLE, so it is not used. #}
{% macro unix_seconds(timestamp) %}
    {{- adapter.dispatch('unix_seconds', 'meterhouse')(timestamp) -}}
{% endmacro %}

{% macro default__unix_seconds(timestamp) %}unix_seconds({{ timestamp }}){% endmacro %}

{% macro duckdb__unix_seconds(timestamp) -%}
    (epoch_ms(date_trunc('second', {{ timestamp }})) // 1000)
{%- endmacro %}
