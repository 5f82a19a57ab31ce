{# A text as a JSON string, quoted and escaped; null for null. #}
{% macro json_string(text) %}
    {{- adapter.dispatch('json_string', 'meterhouse')(text) -}}
{% endmacro %}

{% macro default__json_string(text) -%}
    substr(to_json(array({{ text }})), 2, length(to_json(array({{ text }}))) - 2)
{%- endmacro %}

{% macro duckdb__json_string(text) %}cast(to_json({{ text }}) as varchar){% endmacro %}
