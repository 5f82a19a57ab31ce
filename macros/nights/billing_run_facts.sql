{# Whether this run makes usage and billing from all that has landed, rather than the rows of
   touched customers (see billing_run). #}
{% macro billing_starts_anew() %}
    {%- if not execute or flags.FULL_REFRESH -%}
        {{- return(true) -}}
    {%- endif -%}
    {%- set run = adapter.get_relation(
        database=this.database, schema='intermediate', identifier='billing_run'
    ) -%}
    {%- if run is none -%}
        {{- return(true) -}}
    {%- endif -%}
    {{- return(run_query('select reason is not null from ' ~ run).columns[0].values()[0]) -}}
{% endmacro %}


{# Kept models are made after the run knows what it touches; as a hook this tells dbt so. #}
{% macro after_billing_run() %}
    {%- do ref('billing_run') -%}
    {%- do ref('touched_customers') -%}
    {%- do ref('touched_subscriptions') -%}
    {%- do ref('touched_subscription_items') -%}
    {%- do ref('touched_invoices') -%}
    {{- return('') -}}
{% endmacro %}


{# Notes that a kept model took part in this run; a run that lacks one did not finish. #}
{% macro note_billing_progress(name) %}
    {%- do run_statements([
        'create table if not exists intermediate.billing_progress '
        ~ '(model varchar not null, run_number integer not null)',
        "delete from intermediate.billing_progress where model = '" ~ name ~ "'",
        "insert into intermediate.billing_progress select '" ~ name
        ~ "', run_number from intermediate.billing_run",
    ]) -%}
{% endmacro %}


{# The names of the models that are kept from run to run. #}
{% macro kept_models() %}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() -%}
            {%- if node.config.materialized == 'kept_by_scope' -%}
                {%- do names.append(node.name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(names | sort) -}}
{% endmacro %}


{# The number of the run of billing that has begun, asked before billing_run holds it. #}
{% macro next_billing_run() %}
    {%- set former = former_relation('billing_run') -%}
    {%- if former is none -%}
        {{- return(1) -}}
    {%- endif -%}
    {{- return(run_query('select run_number + 1 from ' ~ former).columns[0].values()[0] | int) -}}
{% endmacro %}
