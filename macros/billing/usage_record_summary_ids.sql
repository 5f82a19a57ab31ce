{# The two ids of a summary of usage records, functions of the columns beside them. Instants are
   whole seconds since 1970. #}
{% macro usage_record_summary_id(item, start_seconds) -%}
    {{ stable_id('sis_', [item, start_seconds]) }}
{%- endmacro %}

{# The invoice that a period was billed on, or will be; none while the period is open. #}
{% macro usage_record_summary_invoice(end_seconds) -%}
    case
        when billed_invoice_id is not null then billed_invoice_id
        when not is_open then {{ draft_invoice_id_at('subscription_id', end_seconds) }}
    end
{%- endmacro %}
