{{ keyed_invoice_line_edits(
    ref('int_live_invoice_line_edits'),
    ref('int_invoice_lines_unedited'),
    ref('int_invoice_items'),
    ref('int_price_tiers'),
    ref('stg_prices'),
    ref('stg_products')
) }}
