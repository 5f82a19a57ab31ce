{{ config(materialized='view') }}

with

lines as (

    select * from {{ ref('int_invoice_lines_with_additions') }}

),

edit_keys as (

    select distinct edit_key
    from {{ ref('int_keyed_invoice_line_edits') }}

),

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
        lines.billed_quantity,
        lines.quantity_source,
        lines.unit_amount_decimal,
        lines.exact_amount_decimal,
        lines.amount,
        lines.period_start,
        lines.period_end,
        lines.is_proration,
        coalesce(lines.is_discountable, true) as is_discountable,
        lines.metadata_json,
        lines.sort_group,
        lines.sorted_at,
        lines.item_position,
        lines.livemode,
        cast(null as varchar) as given_discounts_json,
        cast(null as varchar) as given_tax_rates_json,
        cast(null as varchar) as given_tax_amounts_json,
        cast(null as varchar) as last_edit_id
    from lines
    left join edit_keys
        on {{ edit_key('lines') }} = edit_keys.edit_key
    where edit_keys.edit_key is null

),

folded as (

    select * from {{ ref('int_edited_invoice_lines') }}

),

all_lines as (

    select * from unedited

    union all

    select * from folded

)

select * from all_lines
