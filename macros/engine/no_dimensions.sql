{# A null of the type of entries_of_keys. #}
{% macro no_dimensions() %}
    {{- adapter.dispatch('no_dimensions', 'meterhouse')() -}}
{% endmacro %}

{% macro default__no_dimensions() -%}
    cast(null as array<struct<key: string, value: string>>)
{%- endmacro %}

{% macro duckdb__no_dimensions() -%}
    cast(null as struct(key varchar, value varchar)[])
{%- endmacro %}
