{# Lines at what discounts and credits may touch of them: the columns of `lines`, `amount` less what
   a billing threshold has invoiced of the line before. What was invoiced then was discounted and
   paid then; doing it again would take it off twice.

   `previously_billed` has the lines that take off what was invoiced before, with invoice_id,
   subscription_item_id, period_start and amount (int_previously_billed_lines). It is taken from the
   item's lines as the invoice shows them, lower tiers first, until it is used up; no line goes
   below zero. Source: DECISIONS.md, "What a threshold invoiced before". #}
{% macro lines_not_billed_before(lines, previously_billed) %}
    select
        lines.* exclude (amount),
        cast(lines.amount - coalesce(billed_before.amount, 0) as bigint) as amount
    from {{ lines }} as lines
    left join (
        select
            running.invoice_line_id,
            least(
                running.amount,
                greatest(
                    running.previously_billed_amount - (running.amount_until - running.amount), 0
                )
            ) as amount
        from (
            select
                lines.invoice_line_id,
                lines.amount,
                taken_off.amount as previously_billed_amount,
                sum(lines.amount) over (
                    partition by
                        lines.invoice_id, lines.subscription_item_id, lines.period_start
                    order by
                        lines.tier,
                        case lines.part when 'flat_fee' then 1 else 0 end,
                        lines.invoice_line_id
                    rows between unbounded preceding and current row
                ) as amount_until
            from {{ lines }} as lines
            inner join (
                select
                    previously_billed.invoice_id,
                    previously_billed.subscription_item_id,
                    previously_billed.period_start,
                    -1 * sum(previously_billed.amount) as amount
                from {{ previously_billed }} as previously_billed
                group by
                    previously_billed.invoice_id,
                    previously_billed.subscription_item_id,
                    previously_billed.period_start
            ) as taken_off
                on
                    lines.invoice_id = taken_off.invoice_id
                    and lines.subscription_item_id = taken_off.subscription_item_id
                    and lines.period_start = taken_off.period_start
            where
                lines.type = 'subscription'
                and lines.amount > 0
        ) as running
    ) as billed_before
        on lines.invoice_line_id = billed_before.invoice_line_id
{% endmacro %}
