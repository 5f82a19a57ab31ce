{{ added_invoice_lines(
    ref('int_live_invoice_line_edits'),
    ref('int_draft_invoices'),
    ref('stg_invoice_items'),
    ref('int_price_tiers')
) }}
