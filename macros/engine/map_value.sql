{# The text under one key of a MAP(VARCHAR, VARCHAR), null where the key is absent. #}
{% macro map_value(map, key) %}
    {{- adapter.dispatch('map_value', 'meterhouse')(map, key) -}}
{% endmacro %}

{% macro default__map_value(map, key) %}element_at({{ map }}, {{ key }}){% endmacro %}

{% macro duckdb__map_value(map, key) %}{{ map }}[{{ key }}]{% endmacro %}
