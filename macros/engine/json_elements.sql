{# One row per element of a JSON array: the `keys` columns, `position` (1-based) and `element`, the
   text of a string, the JSON of anything else. Rows whose column is null or no array give none. #}
{% macro json_elements(relation, json_column, keys) %}
    {{- adapter.dispatch('json_elements', 'meterhouse')(relation, json_column, keys) -}}
{% endmacro %}

{% macro default__json_elements(relation, json_column, keys) %}
    select
        {{ keys | join(', ') }},
        exploded.position + 1 as position,
        exploded.element
    from {{ relation }}
    lateral view posexplode(from_json({{ json_column }}, 'array<string>')) exploded
        as position, element
{% endmacro %}

{% macro duckdb__json_elements(relation, json_column, keys) %}
    select
        {{ keys | join(', ') }},
        position,
        json_extract_string(element, '$') as element
    from (
        select
            {{ keys | join(', ') }},
            generate_subscripts(elements, 1) as position,
            unnest(elements) as element
        from (
            select
                {{ keys | join(', ') }},
                cast(cast({{ json_column }} as json) as json[]) as elements
            from {{ relation }}
            where left({{ json_column }}, 1) = '['
        ) as arrays
    ) as exploded
{% endmacro %}
