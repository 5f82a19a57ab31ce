{# One row per integer from `first` to `last`, both inclusive, of each row: the `keys` columns
   and the integer as `name`. A row whose `last` is below its `first` gives none. #}
{% macro explode_range(relation, first, last, name, keys) %}
    {{- adapter.dispatch('explode_range', 'meterhouse')(relation, first, last, name, keys) -}}
{% endmacro %}

{% macro default__explode_range(relation, first, last, name, keys) %}
    select
        {{ keys | join(',\n        ') }},
        exploded.{{ name }}
    from {{ relation }}
    lateral view explode(
        case when {{ first }} <= {{ last }} then sequence({{ first }}, {{ last }}) end
    ) exploded as {{ name }}
{% endmacro %}

{% macro duckdb__explode_range(relation, first, last, name, keys) %}
    select
        {{ keys | join(',\n        ') }},
        unnest(generate_series({{ first }}, {{ last }})) as {{ name }}
    from {{ relation }}
{% endmacro %}
