{# Whether a JSON object has a member, also when its value is null or an empty string. #}
{% macro json_has(json, path) %}
    {{- adapter.dispatch('json_has', 'meterhouse')(json, path) -}}
{% endmacro %}

{% macro default__json_has(json, path) -%}
    array_contains(json_object_keys({{ json }}), '{{ path }}')
{%- endmacro %}

{% macro duckdb__json_has(json, path) -%}
    json_exists({{ json }}, '$.{{ path }}')
{%- endmacro %}
