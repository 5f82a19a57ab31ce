{{ live_invoice_line_edits(ref('int_invoice_line_edits')) }}
