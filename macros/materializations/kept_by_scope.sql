{# A table that a run keeps from the run before, but for the rows of what it touches.

   `meta.scope` names the column that says whose a row is. Every row of such a model is a function
   of rows of the same scope and of what has no scope (the catalogue, settings, as_of). So a run
   makes the touched rows from the touched rows of what the model reads, then puts them in the place
   of the old ones, in one transaction. Where the run starts anew, or where the model has no scope,
   it is made whole, by the same text.

   The touched rows of each relation lie in the database `touched`, in memory. They are put there by
   the relation's own materialization or, where that is a view, by the first model that reads it. #}
{% materialization kept_by_scope, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set scope = model.config.meta.get('scope') -%}
    {%- set is_whole = scope is none or existing is none or is_made_whole(model) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}

    {% if not is_whole %}
        {% set statements = [] %}
        {% set touched_sql = sql_of_touched(sql, statements) %}
        {% do statements.append(
            keep_touched(model, 'select * from (\n' ~ touched_sql ~ '\n) as made')
        ) %}
        {% do run_statements(statements) %}
    {% endif %}

    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if is_whole %}
        {% if existing is not none %}
            {% do adapter.drop_relation(existing) %}
        {% endif %}
        {% call statement('main') %}
            {{ create_table_as(False, target_relation, sql) }}
        {% endcall %}
    {% else %}
        {% call statement('main') %}
            delete from {{ target_relation }}
            where {{ is_touched(scope) }};
            insert into {{ target_relation }} by name
            select * from {{ touched_relation(model) }}
        {% endcall %}
    {% endif %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% if is_whole %}
        {% do persist_docs(target_relation, model) %}
    {% endif %}
    {% do note_billing_progress(this.identifier) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# Whether a run that adds to what is there makes this model whole all the same: `meta.whole_with`
   names the streams whose new batches may change any row of it. #}
{% macro is_made_whole(node) %}
    {%- if billing_starts_anew() -%}
        {{- return(true) -}}
    {%- endif -%}
    {%- set streams = node.config.meta.get('whole_with', []) -%}
    {%- if streams | length == 0 -%}
        {{- return(false) -}}
    {%- endif -%}
    {{- return(run_query(
        'select count(*) > 0 from intermediate.built_batches where is_new and '
        ~ in_list('stream', streams)
    ).columns[0].values()[0]) -}}
{% endmacro %}


{# The model's SQL over the touched rows of all that it reads. `statements` takes up those that keep
   touched rows which no model before this one has kept. #}
{% macro sql_of_touched(sql, statements) %}
    {%- set text = namespace(sql=sql) -%}
    {%- set there = kept_touched() -%}
    {%- for name in model.depends_on.nodes -%}
        {%- set node = graph.nodes.get(name) -%}
        {%- if node is not none and node.config.meta.get('scope') is not none -%}
            {%- set rows = 'select * from ' ~ node.relation_name -%}
            {# Those of customer keys belong to metering, which is too large to be copied: they are
               picked where they are read. #}
            {%- if node.config.meta.scope == 'customer_key' -%}
                {%- set rows_read = '(' ~ rows ~ ' where ' ~ is_touched('customer_key') ~ ')' -%}
            {%- else -%}
                {%- set rows_read = touched_relation(node) -%}
                {%- if rows_read not in there -%}
                    {%- do statements.append(keep_touched(node, rows)) -%}
                {%- endif -%}
            {%- endif -%}
            {%- set text.sql = text.sql | replace(node.relation_name, rows_read) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(text.sql) -}}
{% endmacro %}


{# The relations whose touched rows are kept already. #}
{% macro kept_touched() %}
    {{- return(run_query(
        "select concat_ws('.', database_name, schema_name, table_name) from duckdb_tables() "
        ~ "where database_name = 'touched'"
    ).columns[0].values()) -}}
{% endmacro %}


{# The statement that puts the touched ones among rows of a relation where its readers find them. #}
{% macro keep_touched(node, rows) %}
    {{- return(
        'create table if not exists ' ~ touched_relation(node) ~ ' as ' ~ rows ~ ' where '
        ~ is_touched(node.config.meta.scope)
    ) -}}
{% endmacro %}


{% macro touched_relation(node) %}
    {{- return('touched.' ~ node.schema ~ '.' ~ node.alias) -}}
{% endmacro %}


{# The condition that a row is of what this run touches, by the column that says whose it is. Rows
   that are nobody's belong together: each of the relations below holds '' for them. Invoices are
   those that touched customers had before the run and those that they have now. #}
{% macro is_touched(scope) %}
    {%- set touched = {
        'customer_key': 'select customer_key from intermediate.touched_customers'
        ~ ' where customer_key is not null',
        'customer_id': 'select customer_id from intermediate.touched_customers',
        'subscription_id': 'select subscription_id from intermediate.touched_subscriptions',
        'subscription_item_id':
            'select subscription_item_id from intermediate.touched_subscription_items',
        'invoice_id': 'select invoice_id from intermediate.touched_invoices union all'
        ~ ' select invoice_id from touched.intermediate.int_draft_invoices',
    } -%}
    {%- set key = scope if scope == 'customer_key' else 'coalesce(' ~ scope ~ ", '')" -%}
    {{- return(key ~ ' in (' ~ touched[scope] ~ ')') -}}
{% endmacro %}


{# Makes the empty database `touched`, for this process alone, with a schema for each of ours. #}
{% macro attach_touched() %}
    {%- if execute and flags.WHICH in ('run', 'build') -%}
        {%- set statements = ["attach or replace ':memory:' as touched"] -%}
        {%- for schema in graph.nodes.values() | map(attribute='schema') | unique -%}
            {%- do statements.append('create schema if not exists touched.' ~ schema) -%}
        {%- endfor -%}
        {%- do run_query(statements | join(';\n')) -%}
    {%- endif -%}
    {{- return('') -}}
{% endmacro %}
