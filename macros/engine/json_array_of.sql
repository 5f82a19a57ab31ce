{# An aggregate: the JSON array of a group's values, each given as its JSON text, in an order. #}
{% macro json_array_of(json, ordering) %}
    {{- adapter.dispatch('json_array_of', 'meterhouse')(json, ordering) -}}
{% endmacro %}

{% macro default__json_array_of(json, ordering) -%}
    concat(
        '[',
        array_join(
            transform(
                array_sort(collect_list(struct({{ ordering | join(', ') }}, {{ json }} as json))),
                element -> element.json
            ),
            ','
        ),
        ']'
    )
{%- endmacro %}

{% macro duckdb__json_array_of(json, ordering) -%}
    concat('[', string_agg({{ json }}, ',' order by {{ ordering | join(', ') }}), ']')
{%- endmacro %}
