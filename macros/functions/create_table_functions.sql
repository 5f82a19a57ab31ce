{# The table functions stored in the published file, in the order in which they depend on each
   other. A run of part of the models makes the functions whose tables are there: a function cannot
   be stored before the tables that it reads. #}
{% macro create_table_functions() %}
    {% if execute and flags.WHICH in ('run', 'build') %}
        {% set functions = [
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
            create_invoices_function(),
            create_invoice_lines_functions(),
        ] + create_object_list_functions() %}
        {% set built = run_query(
            "select table_name from information_schema.tables where table_schema <> 'staging'"
        ).columns[0].values() %}
        {% for function in functions %}
            {{ function_if_readable(function, built) }}
        {% endfor %}
    {% endif %}
{% endmacro %}

{# The statement that stores a function, or nothing where a table that it reads is not built. #}
{% macro function_if_readable(function, built) %}
    {% set table = '(?:"?\\w+"?[.])?"?(?:main|intermediate)"?[.]"?(\\w+)\\b(?!\\s*[(])' %}
    {% set reads = modules.re.findall('(?:from|join)\\s+' ~ table, function) %}
    {% set missing = reads | reject('in', built) | list %}
    {{- function ~ ';' if missing | length == 0 else '' -}}
{% endmacro %}
