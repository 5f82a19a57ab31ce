{# dbt's own `table` and `view`, in fewer statements. A build's file is nobody's but the build's
   until it is published, so that what was there is dropped in the transaction that makes it anew;
   dbt's own rename it away, look for what an earlier run left, and drop it after the commit. With
   70 of them that makes up a tenth of a night in which nothing happens. A table may read what it
   replaces. #}
{% materialization table, adapter='duckdb' %}
    {{- return(replaced_relation(this.incorporate(type='table'))) -}}
{% endmaterialization %}


{% materialization view, adapter='duckdb' %}
    {{- return(replaced_relation(this.incorporate(type='view'))) -}}
{% endmaterialization %}


{% macro replaced_relation(target_relation) %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set is_kind_kept = existing is none or existing.type == target_relation.type -%}
    {%- set after = namespace(statements=[]) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% do adapter.ensure_transaction() %}
    {% if target_relation.is_view %}
        {% if not is_kind_kept %}
            {% do adapter.drop_relation(existing) %}
        {% endif %}
        {% call statement('main') %}
            {{ create_view_as(target_relation, sql) }}
        {% endcall %}
    {% else %}
        {%- set made_relation = make_intermediate_relation(target_relation) -%}
        {% call statement('main') %}
            {{ create_table_as(False, made_relation, sql) }}
        {% endcall %}
        {% if not is_kind_kept %}
            {% do adapter.drop_relation(existing) %}
        {% elif existing is not none %}
            {% do after.statements.append('drop table ' ~ existing) %}
        {% endif %}
        {% do after.statements.append(
            'alter table ' ~ made_relation ~ ' rename to '
            ~ adapter.quote(target_relation.identifier)
        ) %}
    {% endif %}
    {% do run_statements(after.statements + descriptions_of(target_relation, model)) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmacro %}


{# Runs statements as one: dbt's own work for each that it runs takes longer than most of them. #}
{% macro run_statements(statements) %}
    {%- if statements -%}
        {%- do run_query(statements | join(';\n')) -%}
    {%- endif -%}
{% endmacro %}
