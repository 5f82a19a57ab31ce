{#- Every edit with the customer of its invoice, in the invoice's currency while it is a draft, and
    the edit that took it back. -#}
with

drafts as (

    select
        invoice_id,
        customer_id,
        currency
    from {{ ref('int_draft_invoices') }}

),

billed_invoices as (

    select
        invoice_id,
        customer_id
    from {{ ref('stg_billed_invoices') }}

),

placed as (

    select
        edits.invoice_line_edit_id,
        edits.invoice_id,
        coalesce(drafts.customer_id, billed_invoices.customer_id) as customer_id,
        drafts.currency,
        edits.operation,
        edits.request_id,
        edits.position,
        edits.invoice_line_id,
        edits.behavior,
        edits.parameters_json,
        edits.invoice_metadata_json,
        edits.received_at,
        edits.received_sequence,
        edits.livemode
    from {{ ref('stg_invoice_line_edits') }} as edits
    left join drafts
        on edits.invoice_id = drafts.invoice_id
    left join billed_invoices
        on edits.invoice_id = billed_invoices.invoice_id

)

{{ traced_invoice_line_edits('placed') }}
