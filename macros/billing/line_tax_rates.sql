{# Which tax rates apply to which lines: one row per (line, rate), in the shape of tax_amounts'
   `line_tax_rates`, with `scope`.

   `lines` are lines of drafts: invoice_id, invoice_line_id, subscription_item_id, invoice_item_id.
   `invoice_tax_rates` has the rates named on each draft: invoice_id, scope (item or invoice),
   subscription_item_id or invoice_item_id for an item's, rate_position, tax_rate_id, percentage,
   is_inclusive. A line whose item names rates has those and none of the invoice's. A rate without a
   percentage has not landed; it taxes nothing and is an error row.
   Source: Stripe's tax rates page. #}
{% macro line_tax_rates(lines, invoice_tax_rates) %}
    select
        matched.invoice_line_id,
        matched.scope,
        matched.rate_position,
        matched.tax_rate_id,
        matched.percentage,
        matched.is_inclusive
    from (
        select
            lines.invoice_line_id,
            rates.scope,
            rates.rate_position,
            rates.tax_rate_id,
            rates.percentage,
            rates.is_inclusive,
            max(case when rates.scope = 'item' then 1 else 0 end) over (
                partition by lines.invoice_line_id
            ) as has_own_rates
        from {{ lines }} as lines
        inner join {{ invoice_tax_rates }} as rates
            on
                lines.invoice_id = rates.invoice_id
                and (
                    rates.scope = 'invoice'
                    or lines.subscription_item_id = rates.subscription_item_id
                    or lines.invoice_item_id = rates.invoice_item_id
                )
    ) as matched
    where
        (matched.scope = 'item' or matched.has_own_rates = 0)
        and matched.percentage is not null
{% endmacro %}
