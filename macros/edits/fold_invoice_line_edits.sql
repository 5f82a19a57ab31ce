{# Drafts' lines after their edits. `lines` are the lines before updates and removals (the unedited
   ones and the added ones), `live_edits` is live_invoice_line_edits. Field by field the edit
   received last wins; an edit that does not name a field leaves it alone. A removed line is gone.
   Giving an amount makes the line one unit at that amount; giving a price, price_data or a quantity
   recomputes the amount as unit price times quantity. Metadata: an invoice item's keys are merged
   ('' unsets a key, metadata='' all of them), a subscription line's are replaced by what the last
   edit sent. Source: Stripe's update_lines page. #}
{% macro fold_invoice_line_edits(lines, live_edits, price_tiers) %}
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
        {{ round_to_minor_units('lines.exact_amount_decimal') }} as amount,
        lines.period_start,
        lines.period_end,
        lines.is_proration,
        lines.is_discountable,
        coalesce(metadata.metadata_json, '{}') as metadata_json,
        lines.sort_group,
        lines.sorted_at,
        lines.item_position,
        lines.livemode
    from (
        {{ updated_invoice_lines(lines, live_edits, price_tiers) }}
    ) as lines
    left join (
        {{ folded_line_metadata(lines, live_edits) }}
    ) as metadata
        on
            lines.invoice_id = metadata.invoice_id
            and lines.invoice_line_id = metadata.invoice_line_id
{% endmacro %}
