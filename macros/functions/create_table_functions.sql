{# The table functions stored in the published file, in the order in which they depend on each
   other. A run of part of the models makes the functions whose tables are there: a function cannot
   be stored before the tables that it reads. #}
{% macro create_table_functions() %}
    {% if execute and flags.WHICH in ('run', 'build') %}
        {% set functions = [
            create_lookup_functions(),
            create_meter_event_summaries_function(),
            create_meter_usage_function(),
            create_draft_invoice_edited_functions(),
            create_usage_record_summaries_function(),
            create_usage_per_timestamp_function(),
            create_usage_record_summary_records_function(),
            create_usage_record_acceptance_function(),
            create_preview_functions(),
            create_preview_lines_function(),
            create_subscription_items_function(),
            create_credit_balances_function(),
            create_invoices_function(),
            create_invoice_lines_functions(),
        ] + create_object_list_functions() %}
        {% set built = run_query(
            "select table_name from information_schema.tables where table_schema <> 'staging'"
        ).columns[0].values() %}
        {% set stored = [] %}
        {% for function in functions %}
            {{ function_if_readable(function, built, stored) }}
        {% endfor %}
    {% endif %}
{% endmacro %}

{# The statements that store a function, or nothing where a table that they read is not built or
   a function that they call is not stored. `stored` takes up the names of what is stored. #}
{% macro function_if_readable(function, built, stored) %}
    {% set name = '(?:"?\\w+"?[.])?"?(?:main|intermediate)"?[.]"?(\\w+)\\b"?' %}
    {% set tables = modules.re.findall('(?:from|join)\\s+' ~ name ~ '(?!\\s*[(])', function) %}
    {% set calls = modules.re.findall('(?:from|join)\\s+' ~ name ~ '\\s*[(]', function) %}
    {% set made = modules.re.findall('macro\\s+' ~ name ~ '\\s*[(]', function) %}
    {% set missing = tables | reject('in', built) | list
        + calls | reject('in', stored + made) | list %}
    {% if missing | length == 0 %}
        {% do stored.extend(made) %}
        {{- function ~ ';' -}}
    {% endif %}
{% endmacro %}
