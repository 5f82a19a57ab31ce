{# The text of one member of a JSON object: strings without quotes, numbers as written, null for a
   missing member or a JSON null. Only for members that are strings, whole numbers or truth values:
   engines read decimals through DOUBLE, so decimals travel as strings. #}
{% macro json_text(json, path) %}
    {{- adapter.dispatch('json_text', 'meterhouse')(json, path) -}}
{% endmacro %}

{% macro default__json_text(json, path) -%}
    get_json_object({{ json }}, '$.{{ path }}')
{%- endmacro %}

{% macro duckdb__json_text(json, path) -%}
    json_extract_string({{ json }}, '$.{{ path }}')
{%- endmacro %}
