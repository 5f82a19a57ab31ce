{{ own_line_tax_rates(
    ref('int_invoice_lines'), ref('int_invoice_item_tax_rates'), ref('int_tax_rates')
) }}
