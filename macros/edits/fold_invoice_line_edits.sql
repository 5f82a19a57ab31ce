{# Drafts' lines after their edits, without the removed ones: the columns of `lines`, and
   `given_discounts_json`, `given_tax_rates_json` and `given_tax_amounts_json`, the line's own
   discounts and taxes where an edit gave some ('' and [] where it took all away), and
   `last_edit_id`, the edit that made the line what it is.

   `lines` are lines in the shape of int_invoice_lines_unedited, `edits` is
   keyed_invoice_line_edits. Field by field the edit received last wins. A line of an invoice item
   has every edit of that item, also those made while it stood on another invoice. Giving an amount
   makes the line one unit at that amount; giving a price, price_data or a quantity recomputes the
   amount as unit price times quantity, in packages where the price transforms its quantity.
   Metadata: an invoice item's keys are merged ('' unsets a key, metadata='' all of them), a
   subscription line's are replaced by what the last edit sent. Source: Stripe's update_lines
   page. #}
{% macro fold_invoice_line_edits(lines, edits, price_tiers) %}
    select
        priced.invoice_line_id,
        priced.invoice_id,
        priced.customer_id,
        priced.subscription_id,
        priced.subscription_item_id,
        priced.invoice_item_id,
        priced.price_id,
        priced.product_id,
        priced.type,
        priced.tier,
        priced.part,
        priced.description,
        priced.currency,
        priced.quantity,
        priced.billed_quantity,
        priced.quantity_source,
        priced.unit_amount_decimal,
        priced.exact_amount_decimal,
        {{ round_to_minor_units('priced.exact_amount_decimal') }} as amount,
        priced.period_start,
        priced.period_end,
        priced.is_proration,
        coalesce(priced.is_discountable, priced.exact_amount_decimal >= 0, true)
            as is_discountable,
        coalesce(metadata.metadata_json, '{}') as metadata_json,
        priced.sort_group,
        priced.sorted_at,
        priced.item_position,
        priced.livemode,
        priced.given_discounts_json,
        priced.given_tax_rates_json,
        priced.given_tax_amounts_json,
        priced.last_edit_id
    from (
        {{ repriced_invoice_lines(lines, edits, price_tiers) }}
    ) as priced
    left join (
        {{ folded_line_metadata(lines, edits) }}
    ) as metadata
        on
            priced.invoice_id = metadata.invoice_id
            and priced.invoice_line_id = metadata.invoice_line_id
{% endmacro %}

{% macro repriced_invoice_lines(lines, edits, price_tiers) %}
    select
        multiplied.*,
        case
            when multiplied.keeps_amount then multiplied.landed_amount
            else {{ exact_product('multiplied.billed_quantity', 'multiplied.unit_amount_decimal') }}
        end as exact_amount_decimal
    from (
        {{ multiplied_invoice_lines(lines, edits, price_tiers) }}
    ) as multiplied
{% endmacro %}

{# Lines with what their unit amount is multiplied by, and whether an edit left the amount alone. #}
{% macro multiplied_invoice_lines(lines, edits, price_tiers) %}
    select
        updated.*,
        case
            when updated.keeps_amount then updated.former_billed_quantity
            else {{ multiplied_quantity(
                'updated.quantity', 'price_tiers.transform_divide_by',
                'price_tiers.transform_round'
            ) }}
        end as billed_quantity
    from (
        select
            given.*,
            not given.is_repriced
            -- Neither landed nor given: there is nothing to multiply with.
            or (given.unit_amount_decimal is null and given.landed_amount is not null)
                as keeps_amount
        from (
            {{ updated_invoice_lines(lines, edits) }}
        ) as given
    ) as updated
    left join {{ price_tiers }} as price_tiers
        on
            updated.price_id = price_tiers.price_id
            and updated.currency = price_tiers.currency
            and price_tiers.tiers_mode = 'per_unit'
{% endmacro %}

{% macro updated_invoice_lines(lines, edits) %}
    select
        lines.invoice_line_id,
        lines.invoice_id,
        lines.customer_id,
        lines.subscription_id,
        lines.subscription_item_id,
        lines.invoice_item_id,
        case
            when updates.price_id is not null then nullif(updates.price_id, '')
            else lines.price_id
        end as price_id,
        case
            when updates.product_id is not null then nullif(updates.product_id, '')
            else lines.product_id
        end as product_id,
        lines.type,
        lines.tier,
        lines.part,
        case
            when updates.description is not null then nullif(updates.description, '')
            else coalesce(lines.description, updates.default_description)
        end as description,
        lines.currency,
        coalesce(updates.quantity, lines.quantity) as quantity,
        lines.billed_quantity as former_billed_quantity,
        lines.quantity_source,
        coalesce(updates.unit_amount_decimal, lines.unit_amount_decimal) as unit_amount_decimal,
        lines.exact_amount_decimal as landed_amount,
        coalesce(updates.unit_amount_decimal, updates.quantity) is not null as is_repriced,
        coalesce(updates.period_start, lines.period_start) as period_start,
        coalesce(updates.period_end, lines.period_end) as period_end,
        lines.is_proration,
        coalesce(updates.is_discountable, lines.is_discountable) as is_discountable,
        lines.sort_group,
        lines.sorted_at,
        lines.item_position,
        lines.livemode,
        updates.discounts_json as given_discounts_json,
        updates.tax_rates_json as given_tax_rates_json,
        removals.tax_amounts_json as given_tax_amounts_json,
        updates.last_edit_id
    from {{ lines }} as lines
    left join (
        {{ line_updates(edits) }}
    ) as updates
        on {{ edit_key('lines') }} = updates.edit_key
    left join (
        {{ line_removals(edits) }}
    ) as removals
        on
            lines.invoice_id = removals.invoice_id
            and lines.invoice_line_id = removals.invoice_line_id
    where coalesce(removals.removals, 0) = 0
{% endmacro %}
