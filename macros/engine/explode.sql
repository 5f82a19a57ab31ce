{# One row per element of a list column: the `keys` columns, `position` (1-based) and `element`. #}
{% macro explode(relation, list_column, keys) %}
    {{- adapter.dispatch('explode', 'meterhouse')(relation, list_column, keys) -}}
{% endmacro %}

{% macro default__explode(relation, list_column, keys) %}
    select
        {{ keys | join(', ') }},
        exploded.position + 1 as position,
        exploded.element
    from {{ relation }}
    lateral view posexplode({{ list_column }}) exploded as position, element
{% endmacro %}

{% macro duckdb__explode(relation, list_column, keys) %}
    select
        {{ keys | join(', ') }},
        generate_subscripts({{ list_column }}, 1) as position,
        unnest({{ list_column }}) as element
    from {{ relation }}
{% endmacro %}
