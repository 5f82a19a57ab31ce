{# Lines with the last value that edits gave to each field, without the removed ones; metadata is
   folded apart (folded_line_metadata). #}
{% macro updated_invoice_lines(lines, live_edits, price_tiers) %}
    select
        lines.invoice_line_id,
        lines.invoice_id,
        lines.customer_id,
        lines.subscription_id,
        lines.subscription_item_id,
        lines.invoice_item_id,
        case when updates.has_unit_amount then updates.price_id else lines.price_id end as price_id,
        case when updates.has_unit_amount then updates.product_id else lines.product_id end
            as product_id,
        lines.type,
        lines.tier,
        lines.part,
        coalesce(updates.description, lines.description) as description,
        lines.currency,
        coalesce(updates.quantity, lines.quantity) as quantity,
        lines.quantity_source,
        coalesce(updates.unit_amount_decimal, lines.unit_amount_decimal) as unit_amount_decimal,
        case
            when updates.unit_amount_decimal is null and updates.quantity is null
                then lines.exact_amount_decimal
            else {{ exact_product(
                'coalesce(updates.quantity, lines.quantity)',
                'coalesce(updates.unit_amount_decimal, lines.unit_amount_decimal)'
            ) }}
        end as exact_amount_decimal,
        coalesce(updates.period_start, lines.period_start) as period_start,
        coalesce(updates.period_end, lines.period_end) as period_end,
        lines.is_proration,
        coalesce(updates.is_discountable, lines.is_discountable) as is_discountable,
        lines.sort_group,
        lines.sorted_at,
        lines.item_position,
        lines.livemode
    from {{ lines }} as lines
    left join (
        select
            edits.invoice_id,
            edits.invoice_line_id,
            bool_or(edits.operation = 'remove') as is_removed,
            {{ latest_by('edits.given_description', 'edits.edit_order') }} as description,
            {{ latest_by('edits.given_is_discountable', 'edits.edit_order') }} as is_discountable,
            {{ latest_by('edits.given_period_start', 'edits.edit_order') }} as period_start,
            {{ latest_by('edits.given_period_end', 'edits.edit_order') }} as period_end,
            {{ latest_by(
                "case when edits.given_amount is not null then 1 else edits.given_quantity end",
                'edits.edit_order'
            ) }} as quantity,
            {{ latest_by(
                "coalesce(edits.given_amount, edits.given_unit_amount_decimal,"
                ~ " price_tiers.unit_amount_decimal)",
                'edits.edit_order'
            ) }} as unit_amount_decimal,
            bool_or(
                coalesce(
                    edits.given_amount,
                    edits.given_unit_amount_decimal,
                    price_tiers.unit_amount_decimal
                ) is not null
            ) as has_unit_amount,
            nullif({{ latest_by(
                "case when coalesce(edits.given_amount, edits.given_unit_amount_decimal,"
                ~ " price_tiers.unit_amount_decimal) is not null"
                ~ " then coalesce(edits.given_price_id, '') end",
                'edits.edit_order'
            ) }}, '') as price_id,
            nullif({{ latest_by(
                "case when coalesce(edits.given_amount, edits.given_unit_amount_decimal,"
                ~ " price_tiers.unit_amount_decimal) is not null"
                ~ " then coalesce(edits.given_product_id, '') end",
                'edits.edit_order'
            ) }}, '') as product_id
        from {{ live_edits }} as edits
        left join (
            select
                invoices_lines.invoice_id,
                invoices_lines.invoice_line_id,
                invoices_lines.currency
            from {{ lines }} as invoices_lines
        ) as edited_lines
            on
                edits.invoice_id = edited_lines.invoice_id
                and edits.invoice_line_id = edited_lines.invoice_line_id
        left join {{ price_tiers }} as price_tiers
            on
                edits.given_price_id = price_tiers.price_id
                and edited_lines.currency = price_tiers.currency
                and price_tiers.tiers_mode = 'per_unit'
        where edits.operation in ('update', 'remove')
        group by edits.invoice_id, edits.invoice_line_id
    ) as updates
        on
            lines.invoice_id = updates.invoice_id
            and lines.invoice_line_id = updates.invoice_line_id
    where not coalesce(updates.is_removed, false)
{% endmacro %}
