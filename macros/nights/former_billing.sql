{# What the nights of usage and billing look up of the run before: its relations by name, or none
   where it left not all of them, or where everything is to be made anew. #}
{% macro former_billing() %}
    {%- set found = {} -%}
    {%- for name in [
        'built_batches', 'billing_run', 'billing_progress', 'int_subscription_versions',
        'int_subscription_item_stretches', 'int_billing_period_ranges', 'int_licensed_terms',
        'int_threshold_billings', 'int_invoice_boundaries', 'int_draft_invoices',
        'int_invoice_lines', 'int_currencies'
    ] -%}
        {%- set relation = former_relation(name) -%}
        {%- if relation is none -%}
            {{- return(none) -}}
        {%- endif -%}
        {%- do found.update({name: relation}) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
