{{ own_line_discounts(
    ref('int_invoice_lines'), ref('int_invoice_item_discounts'), ref('int_invoice_terms'),
    ref('int_coupons')
) }}
