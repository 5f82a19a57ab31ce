{# Whether an event's dimensions (a JSON object of texts) have, for each key of a filter ({"key":
   ["value", …]}), one of its values. A null filter lets everything pass; an event without the key
   does not pass. #}
{% macro passes_dimension_filters(dimensions, filters) %}
    {{- adapter.dispatch('passes_dimension_filters', 'meterhouse')(dimensions, filters) -}}
{% endmacro %}

{% macro default__passes_dimension_filters(dimensions, filters) -%}
    (
        {{ filters }} is null
        or forall(
            map_entries(from_json({{ filters }}, 'map<string,array<string>>')),
            f -> coalesce(
                array_contains(f.value, from_json({{ dimensions }}, 'map<string,string>')[f.key]),
                false
            )
        )
    )
{%- endmacro %}

{% macro duckdb__passes_dimension_filters(dimensions, filters) -%}
    (
        {{ filters }} is null
        or len(list_filter(
            map_entries(
                cast(cast({{ filters }} as json) as map(varchar, varchar[]))
            ),
            lambda f: not coalesce(
                list_contains(
                    f.value,
                    cast(cast({{ dimensions }} as json) as map(varchar, varchar))[f.key]
                ),
                false
            )
        )) = 0
    )
{%- endmacro %}


{# The values that an event's dimensions have under some keys, as a JSON object in the keys' order;
   a key that is named again says nothing more. #}
{% macro dimension_series(dimensions, keys) %}
    {{- adapter.dispatch('dimension_series', 'meterhouse')(dimensions, keys) -}}
{% endmacro %}

{% macro default__dimension_series(dimensions, keys) -%}
    coalesce(
        to_json(map_from_arrays(
            array_distinct({{ keys }}),
            transform(
                array_distinct({{ keys }}),
                k -> from_json({{ dimensions }}, 'map<string,string>')[k]
            )
        )),
        '{}'
    )
{%- endmacro %}

{% macro duckdb__dimension_series(dimensions, keys) -%}
    concat(
        '{',
        array_to_string(
            list_transform(
                list_filter(
                    {{ keys }}, lambda k, place: list_position({{ keys }}, k) = place
                ),
                lambda k: concat(
                    to_json(k),
                    ':',
                    coalesce(
                        to_json(
                            cast(cast({{ dimensions }} as json) as map(varchar, varchar))[k]
                        ),
                        'null'
                    )
                )
            ),
            ','
        ),
        '}'
    )
{%- endmacro %}
