{# Lines at what discounts and credits left of them, in the shape of tax_amounts' `lines`.
   `lines` is ordered_invoice_lines, `discounts` and `credits` are what discount_amounts and
   credit_amounts gave, `terms` has invoice_id and tax_exempt (int_invoice_terms). #}
{% macro taxable_lines(lines, discounts, credits, terms) %}
    select
        lines.invoice_id,
        lines.invoice_line_id,
        lines.line_position,
        lines.subscription_item_id,
        lines.invoice_item_id,
        lines.amount as line_amount,
        lines.amount - coalesce(discounted.item_discount_amount, 0) as subtotal_amount,
        lines.amount
        - coalesce(discounted.discount_amount, 0)
        - coalesce(credited.credit_amount, 0) as amount,
        coalesce(terms.tax_exempt, 'none') as tax_exempt
    from {{ lines }} as lines
    left join (
        select
            discounts.invoice_line_id,
            sum(
                case when discounts.scope = 'item' then discounts.discount_amount else 0 end
            ) as item_discount_amount,
            sum(discounts.discount_amount) as discount_amount
        from {{ discounts }} as discounts
        group by discounts.invoice_line_id
    ) as discounted
        on lines.invoice_line_id = discounted.invoice_line_id
    left join (
        select
            credits.invoice_line_id,
            sum(credits.credit_amount) as credit_amount
        from {{ credits }} as credits
        group by credits.invoice_line_id
    ) as credited
        on lines.invoice_line_id = credited.invoice_line_id
    left join {{ terms }} as terms
        on lines.invoice_id = terms.invoice_id
{% endmacro %}
