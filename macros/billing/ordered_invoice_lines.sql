{# Lines in the order in which Stripe shows them: the columns of `lines` and `line_position`, which
   counts from 1 within the invoice. A line whose amount does not fit has none and is left out: it
   is a row of draft_invoice_errors. #}
{% macro ordered_invoice_lines(lines) %}
    select
        lines.*,
        {{ line_position('lines') }} as line_position
    from {{ lines }} as lines
    where lines.exact_amount_decimal is not null
{% endmacro %}

{# The place of a line on its invoice: invoice items newest first, then subscription items in the
   subscription's order, tiers ascending, usage before its flat fee, and last what was billed
   before. #}
{% macro line_position(lines) -%}
    cast(
        row_number() over (
            partition by {{ lines }}.invoice_id
            order by
                {{ lines }}.sort_group,
                case when {{ lines }}.sort_group = 0 then {{ lines }}.sorted_at end desc,
                {{ lines }}.item_position,
                {{ lines }}.sorted_at,
                {{ lines }}.subscription_item_id,
                {{ lines }}.price_id,
                {{ lines }}.tier,
                case {{ lines }}.part
                    when 'flat_fee' then 1
                    when 'previously_billed' then 2
                    else 0
                end,
                {{ lines }}.invoice_line_id
        ) as integer
    )
{%- endmacro %}
