{# The lines that edits added to drafts, in the shape of int_invoice_lines_unedited. A line is given
   by an amount (one unit at that amount), by a price or price_data and a quantity, or by a pending
   invoice item, whose own values stand unless the edit says otherwise. `live_edits` is
   live_invoice_line_edits. #}
{% macro added_invoice_lines(live_edits, invoices, invoice_items, price_tiers) %}
    select
        given.invoice_line_id,
        given.invoice_id,
        given.customer_id,
        cast(null as varchar) as subscription_id,
        cast(null as varchar) as subscription_item_id,
        given.invoice_item_id,
        given.price_id,
        given.product_id,
        cast('invoiceitem' as varchar) as type,
        cast(null as integer) as tier,
        cast('invoice_item' as varchar) as part,
        given.description,
        given.currency,
        given.quantity,
        cast('invoice_item' as varchar) as quantity_source,
        given.unit_amount_decimal,
        given.exact_amount_decimal,
        {{ round_to_minor_units('given.exact_amount_decimal') }} as amount,
        given.period_start,
        given.period_end,
        given.is_proration,
        given.is_discountable,
        given.metadata_json,
        cast(0 as integer) as sort_group,
        given.sorted_at,
        cast(0 as integer) as item_position,
        given.livemode
    from (
        select
            added.*,
            case
                when added.attached_amount is not null
                    then cast(added.attached_amount as {{ exact_amount_type() }})
                else {{ exact_product('added.quantity', 'added.unit_amount_decimal') }}
            end as exact_amount_decimal
        from (
            select
                edits.invoice_line_id,
                edits.invoice_id,
                invoices.customer_id,
                coalesce(
                    edits.given_invoice_item_id,
                    {{ stable_id('ii_', ['edits.invoice_line_id']) }}
                ) as invoice_item_id,
                coalesce(edits.given_price_id, invoice_items.price_id) as price_id,
                edits.given_product_id as product_id,
                coalesce(edits.given_description, invoice_items.description) as description,
                invoices.currency,
                case
                    when edits.given_amount is not null then cast(1 as {{ quantity_type() }})
                    else coalesce(
                        edits.given_quantity,
                        cast(invoice_items.quantity as {{ quantity_type() }}),
                        cast(1 as {{ quantity_type() }})
                    )
                end as quantity,
                coalesce(
                    edits.given_amount,
                    edits.given_unit_amount_decimal,
                    price_tiers.unit_amount_decimal,
                    invoice_items.unit_amount_decimal
                ) as unit_amount_decimal,
                -- An attached item keeps its own amount while nothing that makes one is given.
                case
                    when coalesce(
                        edits.given_amount,
                        edits.given_unit_amount_decimal,
                        edits.given_quantity
                    ) is null and edits.given_price_id is null
                        then invoice_items.amount
                end as attached_amount,
                coalesce(
                    edits.given_period_start,
                    invoice_items.period_start,
                    date_trunc('second', edits.received_at)
                ) as period_start,
                coalesce(
                    edits.given_period_end,
                    invoice_items.period_end,
                    date_trunc('second', edits.received_at)
                ) as period_end,
                coalesce(invoice_items.is_proration, false) as is_proration,
                coalesce(edits.given_is_discountable, invoice_items.is_discountable, true)
                    as is_discountable,
                coalesce(invoice_items.metadata_json, '{}') as metadata_json,
                coalesce(invoice_items.date_at, edits.received_at) as sorted_at,
                invoices.livemode
            from {{ live_edits }} as edits
            inner join {{ invoices }} as invoices
                on edits.invoice_id = invoices.invoice_id
            left join {{ invoice_items }} as invoice_items
                on edits.given_invoice_item_id = invoice_items.invoice_item_id
            left join {{ price_tiers }} as price_tiers
                on
                    coalesce(edits.given_price_id, invoice_items.price_id)
                    = price_tiers.price_id
                    and invoices.currency = price_tiers.currency
                    and price_tiers.tiers_mode = 'per_unit'
            where edits.operation = 'add'
        ) as added
    ) as given
{% endmacro %}
