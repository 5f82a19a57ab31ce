{# The dimensions by which a question of usage filters or groups, though none of its meters declares
   them. One row with the first, null where there is none. `filters` is JSON by dimension, `keys` a
   list; either may be null. #}
{% macro undeclared_dimensions(meters, filters, keys) %}
    select min(asked.dimension) as dimension
    from (
        select unnest(list_concat(
            coalesce(json_keys(cast({{ filters }} as json)), cast([] as varchar[])),
            coalesce({{ keys }}, cast([] as varchar[]))
        )) as dimension
    ) as asked
    left join (
        select distinct unnest(declaring.dimension_payload_keys) as dimension
        from intermediate.meter_keys as declaring
        where list_contains({{ meters }}, declaring.meter_id)
    ) as declared
        on asked.dimension = declared.dimension
    where declared.dimension is null
{% endmacro %}


{# The error that such a question deserves. #}
{% macro no_such_dimension(dimension) -%}
    error(concat(
        'No such dimension: ''', {{ dimension }}, '''; none of the meters declares it. '
        'The column dimension_payload_keys of meters lists what each declares.'
    ))
{%- endmacro %}
