{{ config(materialized='view') }}

with

lines as (

    select * from {{ ref('int_invoice_lines_with_additions') }}

),

live_edits as (

    select * from {{ ref('int_live_invoice_line_edits') }}

),

edited_ids as (

    select distinct
        invoice_id,
        invoice_line_id
    from live_edits

),

edited as (

    select lines.*
    from lines
    inner join edited_ids
        on
            lines.invoice_id = edited_ids.invoice_id
            and lines.invoice_line_id = edited_ids.invoice_line_id

),

-- Few lines are ever edited: only those are folded.
unedited as (

    select
        lines.invoice_line_id,
        lines.invoice_id,
        lines.customer_id,
        lines.subscription_id,
        lines.subscription_item_id,
        lines.invoice_item_id,
        lines.price_id,
        lines.product_id,
        lines.type,
        lines.tier,
        lines.part,
        lines.description,
        lines.currency,
        lines.quantity,
        lines.quantity_source,
        lines.unit_amount_decimal,
        lines.exact_amount_decimal,
        lines.amount,
        lines.period_start,
        lines.period_end,
        lines.is_proration,
        lines.is_discountable,
        lines.metadata_json,
        lines.sort_group,
        lines.sorted_at,
        lines.item_position,
        lines.livemode
    from lines
    left join edited_ids
        on
            lines.invoice_id = edited_ids.invoice_id
            and lines.invoice_line_id = edited_ids.invoice_line_id
    where edited_ids.invoice_line_id is null

),

folded as (

    {{ fold_invoice_line_edits('edited', 'live_edits', ref('int_price_tiers')) }}

),

all_lines as (

    select * from unedited

    union all

    select * from folded

)

select * from all_lines
