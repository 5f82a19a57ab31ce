{# One row per `key` of a relation: sums and JSON arrays of its rows. `sums` maps a column to
   what it adds up, `arrays` a column to the JSON text of one element (null: no element); arrays
   are in the order of `ordering`. Putting the elements of a group in order is what costs, and
   most groups have one: only those with several are ordered. #}
{% macro grouped_json_arrays(relation, key, sums, arrays, ordering) %}
    select
        grouped.{{ key }},
        {% for name in sums %}
        grouped.{{ name }},
        {% endfor %}
        {% for name in arrays %}
        coalesce(
            ordered_groups.{{ name }}, concat('[', coalesce(grouped.{{ name }}, ''), ']')
        ) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from (
        select
            members.{{ key }},
            {% for name, amount in sums.items() %}
            cast(sum({{ amount }}) as bigint) as {{ name }},
            {% endfor %}
            {% for name, json in arrays.items() %}
            max({{ json }}) as {{ name }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ relation }} as members
        group by members.{{ key }}
    ) as grouped
    left join (
        select
            members.{{ key }},
            {% for name, json in arrays.items() %}
            {{ json_array_of(json, ordering) }} as {{ name }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ relation }} as members
        inner join (
            select counted.{{ key }}
            from {{ relation }} as counted
            group by counted.{{ key }}
            having count(*) > 1
        ) as several
            on members.{{ key }} = several.{{ key }}
        group by members.{{ key }}
    ) as ordered_groups
        on grouped.{{ key }} = ordered_groups.{{ key }}
{% endmacro %}
