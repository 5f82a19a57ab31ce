-- Invoices and lines come to the same by customer, month and currency, so that no line is billed to
-- another customer, in another currency or in another month than its invoice.
with

invoices as (

    select
        customer_id,
        currency,
        date_trunc('month', created_at) as billed_month,
        sum(total) as total
    from {{ ref('draft_invoices') }}
    group by
        customer_id,
        currency,
        date_trunc('month', created_at)

),

lines as (

    select
        lines.customer_id,
        lines.currency,
        date_trunc('month', invoices.created_at) as billed_month,
        sum(lines.total) as total
    from {{ ref('draft_invoice_lines') }} as lines
    inner join {{ ref('draft_invoices') }} as invoices
        on lines.invoice_id = invoices.id
    group by
        lines.customer_id,
        lines.currency,
        date_trunc('month', invoices.created_at)

)

select
    coalesce(invoices.customer_id, lines.customer_id) as customer_id,
    coalesce(invoices.currency, lines.currency) as currency,
    coalesce(invoices.billed_month, lines.billed_month) as billed_month,
    invoices.total,
    lines.total as lines_total
from invoices
full outer join lines
    on
        invoices.customer_id = lines.customer_id
        and invoices.currency = lines.currency
        and invoices.billed_month = lines.billed_month
where coalesce(invoices.total, 0) <> coalesce(lines.total, 0)
