{# One text per content of a MAP, whatever the order in which its entries were written. #}
{% macro map_text(map) %}
    {{- adapter.dispatch('map_text', 'meterhouse')(map) -}}
{% endmacro %}

{% macro default__map_text(map) -%}
    to_json(array_sort(map_entries({{ map }})))
{%- endmacro %}

{% macro duckdb__map_text(map) -%}
    cast(list_sort(map_entries({{ map }})) as varchar)
{%- endmacro %}
