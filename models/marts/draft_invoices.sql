with

invoices as (

    {{ invoices_with_metadata(ref('int_draft_invoices'), ref('int_live_invoice_line_edits')) }}

),

boundaries as (

    select
        invoice_id,
        has_lines
    from {{ ref('int_invoice_boundaries') }}

),

edited as (

    select distinct invoice_id
    from {{ ref('int_live_invoice_line_edits') }}

),

totals as (

    {{ invoice_totals(
        'invoices',
        ref('draft_invoice_lines'),
        ref('int_invoice_line_discounts'),
        ref('int_invoice_line_credits'),
        ref('int_invoice_line_taxes'),
        ref('stg_customers')
    ) }}

)

-- Where a subscription only ends and nothing waited for that, there is no invoice.
select totals.*
from totals
left join boundaries
    on totals.id = boundaries.invoice_id
left join edited
    on totals.id = edited.invoice_id
where
    totals.line_count > 0
    or coalesce(boundaries.has_lines, true)
    or edited.invoice_id is not null
