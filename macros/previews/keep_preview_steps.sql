{# What previews run on, kept in the published file under the schema `previews`:

   - a table for each stream of objects that drafts are made of, in the lake's own columns,
     object_json left empty, and a function {stream}_of(id) that gives the rows which a preview
     looks up by an id: of a customer, or of an object itself;
   - `steps`: one row per model from those streams to the drafts, with its place in the order
     (`position`), the relation it makes, the models it reads, and the SQL that this build ran.

   So a preview runs the very SQL of the build over the rows of one customer. In that SQL a source
   is read from the kept table, and the build's clock is the parameter $as_of. A model whose meta
   says `preview: kept` is not run again: its rows are taken as they are; `preview: in_build` is run
   on the published file itself, since it reads events; no draft is made of what is
   `preview: aside`. `empty_without` in a model's meta names the models, or streams, without whose
   rows it has none, so that it need not run; `a or b`: it has none where neither has any. #}
{% macro keep_preview_steps(results) %}
    {% if execute and flags.WHICH in ('run', 'build') %}
        {% set models = preview_models() %}
        {% set ran = {} %}
        {% for result in results
            if result.node.unique_id in models and result.status == 'success' %}
            {% do ran.update({result.node.unique_id: result.node.compiled_code}) %}
        {% endfor %}
        {% if ran | length > 0 %}
            {% set statements = [
                'create schema if not exists previews', create_preview_steps()
            ] %}
            {% for stream, sort_key in preview_streams().items() %}
                {% do statements.append(keep_preview_stream(stream, sort_key)) %}
            {% endfor %}
            {% for unique_id in models %}
                {% if unique_id in ran %}
                    {% do statements.append(keep_preview_step(
                        graph.nodes[unique_id], loop.index, ran[unique_id]
                    )) %}
                {% endif %}
            {% endfor %}
            {% do run_statements(statements) %}
        {% endif %}
    {% endif %}
{% endmacro %}

{# The streams that a preview reads, and the column by which it looks their rows up. #}
{% macro preview_streams() %}
    {{ return({
        'billed_invoices': 'customer',
        'coupons': 'id',
        'credit_grants': 'customer',
        'customers': 'id',
        'invoice_items': 'customer',
        'invoice_line_edits': 'invoice',
        'prices': 'id',
        'products': 'id',
        'subscriptions': 'customer',
        'tax_rates': 'id'
    }) }}
{% endmacro %}

{% macro keep_preview_stream(stream, sort_key) %}
    {%- set columns = [] -%}
    {%- for source in graph.sources.values() if source.name == stream -%}
        {%- do columns.extend(source.columns | reject('equalto', 'object_json')) -%}
    {%- endfor -%}
    create or replace table previews.{{ stream }} as
    select
        {{ columns | join(', ') }},
        -- Kept in landed_objects already.
        cast(null as varchar) as object_json,
        {{ lookup_hash(sort_key) }} as lookup_hash
    from {{ landed_files(stream) }}
    order by lookup_hash;

    create or replace macro previews.{{ stream }}_of(wanted) as table
    select * exclude (lookup_hash)
    from previews.{{ stream }}
    where
        lookup_hash = {{ lookup_hash('wanted') }}
        and {{ sort_key }} = wanted
{% endmacro %}

{% macro create_preview_steps() %}
    create table if not exists previews.steps (
        position integer,
        model varchar,
        relation varchar,
        reads varchar[],
        empty_without varchar[],
        runs_in_build boolean,
        select_sql varchar
    )
{% endmacro %}

{% macro keep_preview_step(node, position, compiled_code) %}
    {%- set sql = namespace(text=compiled_code) -%}
    {%- set reads = [] -%}
    {%- for parent in node.depends_on.nodes -%}
        {%- if parent in graph.sources -%}
            {%- set source = graph.sources[parent] -%}
            {%- set sql.text = sql.text
                | replace(source.relation_name, '"warehouse"."previews"."' ~ source.name ~ '"') -%}
        {%- elif parent in graph.nodes
            and graph.nodes[parent].config.meta.get('preview') != 'aside' -%}
            {%- do reads.append(graph.nodes[parent].name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set sql.text = sql.text | replace(as_of(), 'cast($as_of as timestamp)') -%}
    delete from previews.steps where model = '{{ node.name }}';
    insert into previews.steps values (
        {{ position }},
        '{{ node.name }}',
        '{{ node.relation_name }}',
        {{ reads }},
        {{ node.config.meta.get('empty_without', []) }},
        {{ node.config.meta.get('preview') == 'in_build' }},
        '{{ sql.text | replace("'", "''") }}'
    )
{% endmacro %}

{# The unique ids of the models that a preview runs, each after those that it reads. #}
{% macro preview_models() %}
    {%- set found = ['model.meterhouse.draft_invoices', 'model.meterhouse.draft_invoice_lines'] -%}
    {%- for unique_id in found if unique_id in graph.nodes -%}
        {%- for parent in graph.nodes[unique_id].depends_on.nodes -%}
            {%- if
                parent in graph.nodes
                and parent not in found
                and graph.nodes[parent].config.meta.get('preview') not in ['kept', 'aside']
            -%}
                {%- do found.append(parent) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set placed = [] -%}
    {%- for _ in found -%}
        {%- for unique_id in found
            if unique_id in graph.nodes and unique_id not in placed
            and graph.nodes[unique_id].depends_on.nodes
                | select('in', found) | reject('in', placed) | list | length == 0
        -%}
            {%- do placed.append(unique_id) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(placed) }}
{% endmacro %}
