{{ movable_invoice_items(
    ref('int_keyed_invoice_line_edits'),
    ref('int_invoice_lines_unedited'),
    ref('int_invoice_items')
) }}
