{# Lines in the order in which Stripe shows them: invoice items newest first, then subscription items in
   the subscription's order, tiers ascending, usage before its flat fee. `line_position` counts from 1
   within the invoice. The shape of the mart draft_invoice_lines. #}
{% macro numbered_invoice_lines(lines) %}
    select
        lines.invoice_line_id as id,
        lines.invoice_id,
        cast(
            row_number() over (
                partition by lines.invoice_id
                order by
                    lines.sort_group,
                    case when lines.sort_group = 0 then lines.sorted_at end desc,
                    lines.item_position,
                    lines.sorted_at,
                    lines.subscription_item_id,
                    lines.price_id,
                    lines.tier,
                    case lines.part when 'flat_fee' then 1 else 0 end,
                    lines.invoice_line_id
            ) as integer
        ) as line_position,
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
        cast(
            cast(lines.amount as {{ exact_amount_type() }}) - lines.exact_amount_decimal
            as {{ exact_amount_type() }}
        ) as rounding_difference_decimal,
        lines.amount as amount_excluding_tax,
        {{ unit_amount_excluding_tax('lines.amount', 'lines.quantity') }}
            as unit_amount_excluding_tax,
        lines.period_start,
        lines.period_end,
        lines.is_proration as proration,
        lines.is_discountable as discountable,
        lines.metadata_json,
        lines.livemode
    from {{ lines }} as lines
{% endmacro %}
