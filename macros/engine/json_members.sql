{# One row per member of a flat JSON object of strings: the `keys` columns, `member_key`,
   `member_value`. #}
{% macro json_members(relation, json_column, keys) %}
    {{- adapter.dispatch('json_members', 'meterhouse')(relation, json_column, keys) -}}
{% endmacro %}

{% macro default__json_members(relation, json_column, keys) %}
    select
        {{ keys | join(', ') }},
        exploded.member_key,
        exploded.member_value
    from {{ relation }}
    lateral view explode(from_json({{ json_column }}, 'map<string,string>')) exploded
        as member_key, member_value
{% endmacro %}

{% macro duckdb__json_members(relation, json_column, keys) %}
    select
        {{ keys | join(', ') }},
        member.key as member_key,
        member.value as member_value
    from (
        select
            {{ keys | join(', ') }},
            unnest(
                map_entries(cast(cast({{ json_column }} as json) as map(varchar, varchar)))
            ) as member
        from {{ relation }}
        where left({{ json_column }}, 1) = '{'
    ) as members
{% endmacro %}
