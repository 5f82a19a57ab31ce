{# An aggregate: the JSON object of a group's keys and string values, keys in order. #}
{% macro json_object_of(key, value) %}
    {{- adapter.dispatch('json_object_of', 'meterhouse')(key, value) -}}
{% endmacro %}

{% macro default__json_object_of(key, value) -%}
    to_json(map_from_entries(array_sort(collect_list(struct({{ key }}, {{ value }})))))
{%- endmacro %}

{% macro duckdb__json_object_of(key, value) -%}
    concat(
        '{',
        string_agg(
            concat(
                cast(to_json({{ key }}) as varchar), ':', cast(to_json({{ value }}) as varchar)
            ),
            ',' order by {{ key }}
        ),
        '}'
    )
{%- endmacro %}
