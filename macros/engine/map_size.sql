{# The number of entries of a MAP. #}
{% macro map_size(map) %}
    {{- adapter.dispatch('map_size', 'meterhouse')(map) -}}
{% endmacro %}

{% macro default__map_size(map) %}size({{ map }}){% endmacro %}

{% macro duckdb__map_size(map) %}cast(cardinality({{ map }}) as bigint){% endmacro %}
