{{ live_invoice_line_edits(ref('stg_invoice_line_edits')) }}
