{# The lines that credit grants may pay, in the shape of credit_amounts' `lines`: those of
   subscriptions on prices of meters, at what discounts left. `lines` is ordered_invoice_lines,
   `discounts` what discount_amounts gave, `invoices` the drafts, `prices` has price_id and
   meter_id. Source: Stripe's billing credits page. #}
{% macro creditable_lines(lines, discounts, invoices, prices) %}
    select
        lines.invoice_id,
        lines.invoice_line_id,
        lines.line_position,
        lines.customer_id,
        lines.currency,
        lines.price_id,
        invoices.period_end as invoiced_at,
        invoices.is_upcoming,
        lines.amount - coalesce(discounted.discount_amount, 0) as amount
    from {{ lines }} as lines
    inner join {{ prices }} as prices
        on lines.price_id = prices.price_id
    inner join {{ invoices }} as invoices
        on lines.invoice_id = invoices.invoice_id
    left join (
        select
            discounts.invoice_line_id,
            sum(discounts.discount_amount) as discount_amount
        from {{ discounts }} as discounts
        group by discounts.invoice_line_id
    ) as discounted
        on lines.invoice_line_id = discounted.invoice_line_id
    where
        lines.type = 'subscription'
        and prices.meter_id is not null
{% endmacro %}
