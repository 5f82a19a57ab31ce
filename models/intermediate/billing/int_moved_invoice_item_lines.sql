{{ moved_invoice_item_lines(
    ref('int_movable_invoice_items'),
    ref('int_keyed_invoice_line_edits'),
    ref('int_draft_invoices'),
    ref('int_invoice_item_waits'),
    as_of()
) }}
