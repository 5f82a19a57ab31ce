{# Whether a timestamp lies exactly on a quarter-hour. #}
{% macro is_quarter_hour(timestamp) %}
    {{- adapter.dispatch('is_quarter_hour', 'meterhouse')(timestamp) -}}
{% endmacro %}

{% macro default__is_quarter_hour(timestamp) -%}
    (unix_micros({{ timestamp }}) % 900000000 = 0)
{%- endmacro %}

{% macro duckdb__is_quarter_hour(timestamp) -%}
    (epoch_us({{ timestamp }}) % 900000000 = 0)
{%- endmacro %}
