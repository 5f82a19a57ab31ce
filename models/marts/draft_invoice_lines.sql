{{ charged_invoice_lines(
    ref('int_ordered_invoice_lines'),
    ref('int_invoice_line_discounts'),
    ref('int_invoice_line_credits'),
    ref('int_invoice_line_taxes')
) }}
