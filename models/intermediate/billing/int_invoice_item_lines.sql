{#- The lines that invoice items make where they landed: the landed lines of manual drafts, and
    items that name such a draft but are not among its landed lines. -#}
with

drafts as (

    select
        invoice_id,
        customer_id,
        currency,
        livemode
    from {{ ref('int_draft_invoices') }}

),

landed_lines as (

    select * from {{ ref('stg_billed_invoice_lines') }}

),

invoice_items as (

    select * from {{ ref('int_invoice_items') }}

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
        {{ exact_amount('landed_lines.amount') }} as exact_amount_decimal,
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
        invoice_items.quantity,
        invoice_items.unit_amount_decimal,
        invoice_items.amount,
        invoice_items.exact_amount_decimal,
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

lines as (

    select * from on_drafts
    union all
    select * from named

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
    cast(null as {{ quantity_type() }}) as billed_quantity,
    cast('invoice_item' as varchar) as quantity_source,
    coalesce(
        lines.unit_amount_decimal,
        prices.unit_amount_decimal,
        case
            when coalesce(lines.quantity, 1) = 1 then cast(lines.amount as {{ quantity_type() }})
        end
    ) as unit_amount_decimal,
    lines.exact_amount_decimal,
    {{ round_to_minor_units('lines.exact_amount_decimal') }} as amount,
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
