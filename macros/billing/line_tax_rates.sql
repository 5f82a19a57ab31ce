{# Which tax rates apply to which lines: one row per (line, rate), in the shape of tax_amounts'
   `line_tax_rates`, with `scope`.

   `lines` are lines of drafts: invoice_id, invoice_line_id, subscription_item_id, invoice_item_id.
   `invoice_tax_rates` has the rates named on each draft: invoice_id, scope (item or invoice),
   subscription_item_id or invoice_item_id for an item's, rate_position, tax_rate_id, percentage,
   is_inclusive. A line whose item names rates has those and none of the invoice's. A rate without a
   percentage has not landed; it taxes nothing and is an error row.
   Source: Stripe's tax rates page. #}
{% macro line_tax_rates(lines, invoice_tax_rates) %}
    with own_rates as (
        select
            lines.invoice_line_id,
            rates.scope,
            rates.rate_position,
            rates.tax_rate_id,
            rates.percentage,
            rates.is_inclusive
        from {{ lines }} as lines
        inner join {{ invoice_tax_rates }} as rates
            on
                lines.invoice_id = rates.invoice_id
                and (
                    lines.subscription_item_id = rates.subscription_item_id
                    or lines.invoice_item_id = rates.invoice_item_id
                )
        where rates.scope = 'item'
    )

    select
        own_rates.invoice_line_id,
        own_rates.scope,
        own_rates.rate_position,
        own_rates.tax_rate_id,
        own_rates.percentage,
        own_rates.is_inclusive
    from own_rates
    where own_rates.percentage is not null

    union all

    select
        lines.invoice_line_id,
        rates.scope,
        rates.rate_position,
        rates.tax_rate_id,
        rates.percentage,
        rates.is_inclusive
    from {{ lines }} as lines
    inner join {{ invoice_tax_rates }} as rates
        on lines.invoice_id = rates.invoice_id
    left join (
        select distinct own_rates.invoice_line_id
        from own_rates
    ) as replaced
        on lines.invoice_line_id = replaced.invoice_line_id
    where
        rates.scope = 'invoice'
        and rates.percentage is not null
        and replaced.invoice_line_id is null
{% endmacro %}
