with folded as (

    {{ fold_invoice_line_edits(
        ref('int_invoice_lines_with_additions'),
        ref('int_live_invoice_line_edits'),
        ref('int_price_tiers')
    ) }}

)

{{ ordered_invoice_lines('folded') }}
