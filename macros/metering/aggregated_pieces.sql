{# Merged state into values: one row per distinct `keys`, with the columns aggregated_value and
   event_count. `pieces` is a relation of the keys, formula, and the state of whole quarter-hours or
   single events (see pieces_of_usage). The three kinds of formula are grouped
   apart, so that the common one pays for neither the latest nor the distinct. #}
{% macro aggregated_pieces(pieces, keys) %}
    {%- set names = keys | join(', ') %}
    select
        {{ names }},
        {{ aggregated_value('formula', 'value_sum', 'event_count', 'value_min', 'value_max',
            'null', 'null') }} as aggregated_value,
        event_count
    from (
        select
            {{ names }},
            formula,
            sum(value_sum) as value_sum,
            cast(sum(event_count) as bigint) as event_count,
            min(value_min) as value_min,
            max(value_max) as value_max
        from {{ pieces }}
        where formula not in ('last', 'unique_count')
        group by {{ names }}, formula
    ) as merged

    union all

    select
        {{ names }},
        {{ latest_piece() }} as aggregated_value,
        cast(sum(event_count) as bigint) as event_count
    from {{ pieces }}
    where formula = 'last'
    group by {{ names }}

    union all

    select
        {{ names }},
        cast(count(distinct unique_value) as {{ quantity_type() }}) as aggregated_value,
        cast(sum(event_count) as bigint) as event_count
    from {{ pieces }}
    where formula = 'unique_count'
    group by {{ names }}
{% endmacro %}
