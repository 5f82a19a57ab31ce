{# The number of distinct elements of a list. #}
{% macro list_size(list) %}
    {{- adapter.dispatch('list_size', 'meterhouse')(list) -}}
{% endmacro %}

{% macro default__list_size(list) %}size(array_distinct({{ list }})){% endmacro %}

{% macro duckdb__list_size(list) %}len(list_distinct({{ list }})){% endmacro %}
