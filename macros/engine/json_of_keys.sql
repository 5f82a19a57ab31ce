{# The JSON object of a MAP's entries under the keys of a list, in the list's order; null where the
   list is null or the map lacks one of them. Text, because a map or a list costs a sort several
   times as much. #}
{% macro json_of_keys(map, keys) %}
    {{- adapter.dispatch('json_of_keys', 'meterhouse')(map, keys) -}}
{% endmacro %}

{% macro default__json_of_keys(map, keys) -%}
    case
        when size(filter({{ keys }}, k -> {{ map }}[k] is null)) = 0
            then to_json(map_from_arrays({{ keys }}, transform({{ keys }}, k -> {{ map }}[k])))
    end
{%- endmacro %}

{% macro duckdb__json_of_keys(map, keys) -%}
    case
        when len(list_filter({{ keys }}, lambda k: {{ map }}[k] is null)) = 0
            then concat(
                '{',
                array_to_string(
                    list_transform(
                        {{ keys }}, lambda k: concat(to_json(k), ':', to_json({{ map }}[k]))
                    ),
                    ','
                ),
                '}'
            )
    end
{%- endmacro %}
