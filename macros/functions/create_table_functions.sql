{# The table functions stored in the published file, in the order in which they depend on each other. #}
{% macro create_table_functions() %}
    {% if execute and flags.WHICH in ('run', 'build') %}
        {{ create_meter_event_summaries_function() }}
        {{ create_draft_invoice_edited_functions() }}
    {% endif %}
{% endmacro %}
