{#- The lines that invoice items make: the landed lines of manual drafts, items that name such a
    draft but are not among its landed lines, and pending items on the upcoming invoice that takes
    them. -#}
with

drafts as (

    select
        invoice_id,
        subscription_id,
        customer_id,
        currency,
        period_end,
        is_upcoming,
        livemode
    from {{ ref('int_draft_invoices') }}

),

landed_lines as (

    select * from {{ ref('stg_billed_invoice_lines') }}

),

invoice_items as (

    select *
    from {{ ref('stg_invoice_items') }}
    where not is_deleted

),

pending as (

    select * from {{ ref('int_pending_invoice_items') }}

),

on_drafts as (

    select
        landed_lines.invoice_line_id,
        drafts.invoice_id,
        drafts.customer_id,
        landed_lines.invoice_item_id,
        landed_lines.price_id,
        landed_lines.product_id,
        landed_lines.description,
        drafts.currency,
        cast(landed_lines.quantity as {{ quantity_type() }}) as quantity,
        cast(null as {{ quantity_type() }}) as unit_amount_decimal,
        landed_lines.amount,
        landed_lines.period_start,
        landed_lines.period_end,
        landed_lines.is_proration,
        landed_lines.is_discountable,
        landed_lines.metadata_json,
        landed_lines.period_start as sorted_at,
        landed_lines.line_position as item_position,
        drafts.livemode
    from landed_lines
    inner join drafts
        on landed_lines.invoice_id = drafts.invoice_id

),

named as (

    select
        {{ stable_id('il_', ['drafts.invoice_id', 'invoice_items.invoice_item_id']) }}
            as invoice_line_id,
        drafts.invoice_id,
        drafts.customer_id,
        invoice_items.invoice_item_id,
        invoice_items.price_id,
        cast(null as varchar) as product_id,
        invoice_items.description,
        drafts.currency,
        cast(invoice_items.quantity as {{ quantity_type() }}) as quantity,
        invoice_items.unit_amount_decimal,
        invoice_items.amount,
        invoice_items.period_start,
        invoice_items.period_end,
        invoice_items.is_proration,
        invoice_items.is_discountable,
        invoice_items.metadata_json,
        invoice_items.date_at as sorted_at,
        0 as item_position,
        drafts.livemode
    from invoice_items
    inner join drafts
        on invoice_items.invoice_id = drafts.invoice_id
    left join on_drafts
        on
            drafts.invoice_id = on_drafts.invoice_id
            and invoice_items.invoice_item_id = on_drafts.invoice_item_id
    where on_drafts.invoice_line_id is null

),

-- A pending item goes on the next invoice of its subscription or, where it names none, on the first
-- upcoming invoice of its customer in its currency.
takers as (

    select
        pending.invoice_item_id,
        drafts.invoice_id,
        drafts.currency,
        drafts.livemode,
        row_number() over (
            partition by pending.invoice_item_id
            order by drafts.period_end, drafts.invoice_id
        ) as taker_rank
    from pending
    inner join drafts
        on
            pending.customer_id = drafts.customer_id
            and pending.currency = drafts.currency
            and drafts.is_upcoming
            and (
                pending.subscription_id is null
                or pending.subscription_id = drafts.subscription_id
            )

),

on_upcoming as (

    select
        {{ stable_id('il_', ['takers.invoice_id', 'pending.invoice_item_id']) }}
            as invoice_line_id,
        takers.invoice_id,
        pending.customer_id,
        pending.invoice_item_id,
        pending.price_id,
        cast(null as varchar) as product_id,
        pending.description,
        takers.currency,
        cast(pending.quantity as {{ quantity_type() }}) as quantity,
        pending.unit_amount_decimal,
        pending.amount,
        pending.period_start,
        pending.period_end,
        pending.is_proration,
        pending.is_discountable,
        pending.metadata_json,
        pending.date_at as sorted_at,
        0 as item_position,
        takers.livemode
    from pending
    inner join takers
        on
            pending.invoice_item_id = takers.invoice_item_id
            and takers.taker_rank = 1

),

lines as (

    select * from on_drafts
    union all
    select * from named
    union all
    select * from on_upcoming

),

prices as (

    select
        price_currencies.price_id,
        price_currencies.currency,
        prices.product_id,
        price_currencies.unit_amount_decimal
    from {{ ref('stg_price_currencies') }} as price_currencies
    inner join {{ ref('stg_prices') }} as prices
        on price_currencies.price_id = prices.price_id

)

select
    lines.invoice_line_id,
    lines.invoice_id,
    lines.customer_id,
    cast(null as varchar) as subscription_id,
    cast(null as varchar) as subscription_item_id,
    lines.invoice_item_id,
    lines.price_id,
    coalesce(lines.product_id, prices.product_id) as product_id,
    cast('invoiceitem' as varchar) as type,
    cast(null as integer) as tier,
    cast('invoice_item' as varchar) as part,
    lines.description,
    lines.currency,
    coalesce(lines.quantity, cast(1 as {{ quantity_type() }})) as quantity,
    cast('invoice_item' as varchar) as quantity_source,
    coalesce(
        lines.unit_amount_decimal,
        prices.unit_amount_decimal,
        case
            when coalesce(lines.quantity, 1) = 1 then cast(lines.amount as {{ quantity_type() }})
        end
    ) as unit_amount_decimal,
    cast(lines.amount as {{ exact_amount_type() }}) as exact_amount_decimal,
    lines.amount,
    lines.period_start,
    lines.period_end,
    coalesce(lines.is_proration, false) as is_proration,
    lines.is_discountable,
    lines.metadata_json,
    cast(0 as integer) as sort_group,
    lines.sorted_at,
    cast(lines.item_position as integer) as item_position,
    lines.livemode
from lines
left join prices
    on
        lines.price_id = prices.price_id
        and lines.currency = prices.currency
