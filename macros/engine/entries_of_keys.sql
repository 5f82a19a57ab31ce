{# The entries of a MAP whose keys are in a list, as a list of (key, value), null where the list is
   null. Not a MAP again: making one costs ten times as much as picking its entries. #}
{% macro entries_of_keys(map, keys) %}
    {{- adapter.dispatch('entries_of_keys', 'meterhouse')(map, keys) -}}
{% endmacro %}

{% macro default__entries_of_keys(map, keys) -%}
    case when {{ keys }} is not null
        then filter(map_entries({{ map }}), entry -> array_contains({{ keys }}, entry.key))
    end
{%- endmacro %}

{% macro duckdb__entries_of_keys(map, keys) -%}
    case when {{ keys }} is not null
        then list_filter(
            map_entries({{ map }}), lambda entry: list_contains({{ keys }}, entry.key)
        )
    end
{%- endmacro %}
