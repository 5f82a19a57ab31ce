{# dbt names every relation with its database, and DuckDB 1.5 keeps that name in a view's text: the
   file could then be attached under no other name. A view finds its relations in its own file, so
   ours leave the database out, as DuckDB 2 does by itself. #}
{% macro duckdb__create_view_as(relation, sql) -%}
    {%- if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    {%- set database = adapter.quote(relation.database) ~ '.' %}
    create or replace view {{ relation }} as (
        {{ sql | replace(database, '') }}
    );
{%- endmacro %}
