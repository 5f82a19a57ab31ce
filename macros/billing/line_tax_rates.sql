{# Which tax rates apply to which lines: one row per (line, rate), in the shape of tax_amounts'
   `line_tax_rates`, with `scope`.

   `lines` are edited lines of drafts (fold_invoice_line_edits). `invoice_tax_rates` has the rates
   named on each draft: invoice_id, scope (item or invoice), subscription_item_id for an item's,
   rate_position, tax_rate_id, percentage, is_inclusive. `own_rates` is own_line_tax_rates. A line
   has its own rates; else, unless an edit took them away, those of its subscription's item; else
   the invoice's. Where an edit gave its taxes as amounts it has none. A rate without a percentage
   has not landed; it taxes nothing and is an error row. Source: Stripe's tax rates page. #}
{% macro line_tax_rates(lines, invoice_tax_rates, own_rates) %}
    with item_rates as (
        select
            lines.invoice_line_id,
            rates.rate_position,
            rates.tax_rate_id,
            rates.percentage,
            rates.is_inclusive
        from {{ lines }} as lines
        inner join {{ invoice_tax_rates }} as rates
            on
                lines.invoice_id = rates.invoice_id
                and lines.subscription_item_id = rates.subscription_item_id
        where
            rates.scope = 'item'
            and lines.given_tax_rates_json is null
            and {{ has_no_elements('lines.given_tax_amounts_json') }}

        union all

        select
            rates.invoice_line_id,
            rates.rate_position,
            rates.tax_rate_id,
            rates.percentage,
            rates.is_inclusive
        from {{ own_rates }} as rates
    )

    select
        item_rates.invoice_line_id,
        cast('item' as varchar) as scope,
        item_rates.rate_position,
        item_rates.tax_rate_id,
        item_rates.percentage,
        item_rates.is_inclusive
    from item_rates
    where item_rates.percentage is not null

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
        select distinct item_rates.invoice_line_id
        from item_rates
    ) as replaced
        on lines.invoice_line_id = replaced.invoice_line_id
    where
        rates.scope = 'invoice'
        and rates.percentage is not null
        and replaced.invoice_line_id is null
        and {{ has_no_elements('lines.given_tax_amounts_json') }}
{% endmacro %}
