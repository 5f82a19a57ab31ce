{# A list with each of its elements once, null for a null or an empty list. #}
{% macro distinct_elements(list) %}
    {{- adapter.dispatch('distinct_elements', 'meterhouse')(list) -}}
{% endmacro %}

{% macro default__distinct_elements(list) -%}
    case when size({{ list }}) > 0 then array_distinct({{ list }}) end
{%- endmacro %}

{% macro duckdb__distinct_elements(list) -%}
    case when len({{ list }}) > 0 then list_distinct({{ list }}) end
{%- endmacro %}
