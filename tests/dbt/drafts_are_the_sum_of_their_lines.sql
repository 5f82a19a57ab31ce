-- What a draft comes to is what its lines come to: the subtotal, the total, the tax.
with

lines as (

    select
        invoice_id,
        sum(amount - item_discount_amount) as subtotal,
        sum(total) as total,
        sum(inclusive_tax_amount + exclusive_tax_amount) as tax,
        sum(
            amount - item_discount_amount - invoice_discount_amount - credit_amount
            - exempted_tax_amount + exclusive_tax_amount
        ) as total_from_parts
    from {{ ref('draft_invoice_lines') }}
    group by invoice_id

)

select
    invoices.id,
    invoices.subtotal,
    invoices.total,
    invoices.tax,
    lines.subtotal as lines_subtotal,
    lines.total as lines_total,
    lines.tax as lines_tax
from {{ ref('draft_invoices') }} as invoices
full outer join lines
    on invoices.id = lines.invoice_id
where
    invoices.id is null
    or invoices.subtotal is distinct from coalesce(lines.subtotal, 0)
    or invoices.total is distinct from coalesce(lines.total, 0)
    or invoices.total is distinct from coalesce(lines.total_from_parts, 0)
    or coalesce(invoices.tax, 0) is distinct from coalesce(lines.tax, 0)
