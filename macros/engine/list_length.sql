{# The number of elements of a list, null for a null list. #}
{% macro list_length(list) %}
    {{- adapter.dispatch('list_length', 'meterhouse')(list) -}}
{% endmacro %}

{% macro default__list_length(list) %}cast(size({{ list }}) as bigint){% endmacro %}

{% macro duckdb__list_length(list) %}len({{ list }}){% endmacro %}
