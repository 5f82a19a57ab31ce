{# Drafts with their metadata after edits. #}
{% macro invoices_with_metadata(invoices, live_edits) %}
    select
        invoices.invoice_id,
        invoices.subscription_id,
        invoices.customer_id,
        invoices.status,
        invoices.billing_reason,
        invoices.currency,
        invoices.period_start,
        invoices.period_end,
        invoices.created_at,
        invoices.is_upcoming,
        coalesce(metadata.metadata_json, '{}') as metadata_json,
        invoices.number,
        invoices.is_auto_advance,
        invoices.collection_method,
        invoices.livemode
    from {{ invoices }} as invoices
    left join (
        {{ folded_invoice_metadata(invoices, live_edits) }}
    ) as metadata
        on invoices.invoice_id = metadata.invoice_id
{% endmacro %}
