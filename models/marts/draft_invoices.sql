with invoices as (

    {{ invoices_with_metadata(ref('int_draft_invoices'), ref('int_live_invoice_line_edits')) }}

)

{{ invoice_totals(
    'invoices',
    ref('draft_invoice_lines'),
    ref('int_invoice_line_discounts'),
    ref('int_invoice_line_credits'),
    ref('int_invoice_line_taxes'),
    ref('stg_customers')
) }}
