with

invoices as (

    select
        invoice_id,
        subscription_id,
        period_end,
        created_at
    from {{ ref('stg_billed_invoices') }}
    where status <> 'void' and not is_deleted

),

lines as (

    select
        invoice_id,
        subscription_item_id,
        period_end
    from {{ ref('stg_billed_invoice_lines') }}
    where subscription_item_id is not null and not coalesce(is_proration, false)

),

items as (

    select distinct
        subscription_item_id,
        subscription_id
    from {{ ref('int_billing_period_ranges') }}

),

-- A line of the item says it best; else the invoice of the subscription at that boundary does.
claims as (

    select
        lines.subscription_item_id,
        lines.period_end,
        lines.invoice_id,
        invoices.created_at,
        1 as precedence
    from lines
    inner join invoices
        on lines.invoice_id = invoices.invoice_id

    union all

    select
        items.subscription_item_id,
        invoices.period_end,
        invoices.invoice_id,
        invoices.created_at,
        2 as precedence
    from invoices
    inner join items
        on invoices.subscription_id = items.subscription_id

),

ranked as (

    select
        subscription_item_id,
        date_trunc('second', period_end) as period_end,
        invoice_id,
        row_number() over (
            partition by subscription_item_id, date_trunc('second', period_end)
            order by precedence asc, created_at desc, invoice_id desc
        ) as place
    from claims

)

select
    subscription_item_id,
    period_end,
    invoice_id
from ranked
where place = 1
