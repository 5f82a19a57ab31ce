with

unedited as (

    select * from {{ ref('int_invoice_lines_unedited') }}

),

added as (

    {{ added_invoice_lines(
        ref('int_live_invoice_line_edits'),
        ref('int_draft_invoices'),
        ref('stg_invoice_items'),
        ref('stg_price_currencies')
    ) }}

)

select * from unedited

union all

select * from added
