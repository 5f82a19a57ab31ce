{# What the nights of usage and billing look up of the run before: its relations by name, or none
   where it left not all of them, or where everything is to be made anew. #}
{% macro former_billing() %}
    {%- if flags.FULL_REFRESH -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set found = {} -%}
    {%- for name in [
        'built_batches', 'billing_run', 'billing_progress', 'int_subscription_versions',
        'int_subscription_item_stretches', 'int_billing_period_ranges', 'int_licensed_terms',
        'int_threshold_billings', 'int_invoice_boundaries', 'int_draft_invoices',
        'int_invoice_lines', 'int_movable_invoice_items', 'int_currencies'
    ] -%}
        {%- set relation = former_relation(name) -%}
        {%- if relation is none -%}
            {{- return(none) -}}
        {%- endif -%}
        {%- do found.update({name: relation}) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}


{# The drafts that the run before made, and whose they were. #}
{% macro former_drafts() %}
    {%- set former = former_billing() -%}
    {%- if former is none %}
    select
        cast(null as varchar) as invoice_id,
        cast(null as varchar) as customer_id
    where false
    {%- else %}
    select
        invoice_id,
        customer_id
    from {{ former['int_draft_invoices'] }}
    {%- endif %}
{% endmacro %}


{# The batches that earlier runs have seen. #}
{% macro former_batches() %}
    {%- set former = former_relation('built_batches') -%}
    {%- if former is none %}
    select
        cast(null as varchar) as stream,
        cast(null as varchar) as batch_id,
        cast(null as bigint) as row_count,
        cast(null as integer) as run_number,
        cast(null as integer) as changed_in_run
    where false
    {%- else %}
    select
        stream,
        batch_id,
        row_count,
        run_number,
        changed_in_run
    from {{ former }}
    {%- endif %}
{% endmacro %}
