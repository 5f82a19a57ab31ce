{# The entries of a MAP whose keys are in the list, null where the list is null. #}
{% macro map_of_keys(map, keys) %}
    {{- adapter.dispatch('map_of_keys', 'meterhouse')(map, keys) -}}
{% endmacro %}

{% macro default__map_of_keys(map, keys) -%}
    case when {{ keys }} is not null then
        map_filter({{ map }}, (k, v) -> array_contains({{ keys }}, k))
    end
{%- endmacro %}

{% macro duckdb__map_of_keys(map, keys) -%}
    case when {{ keys }} is not null then
        map_from_entries(
            list_filter(map_entries({{ map }}), lambda entry: list_contains({{ keys }}, entry.key))
        )
    end
{%- endmacro %}
