{# The tax rates that lines have of their own, one row per (line, rate), in the shape of
   line_tax_rates' `own_rates`: those of the invoice item that a line shows or, where an edit gave
   the line some, those and no others. A line whose taxes an edit gave as amounts has none.

   `lines` are edited lines (fold_invoice_line_edits), `item_tax_rates` is
   int_invoice_item_tax_rates, `tax_rates` has tax_rate_id, percentage and is_inclusive. A rate that
   has not landed has no percentage. #}
{% macro own_line_tax_rates(lines, item_tax_rates, tax_rates) %}
    select
        owned.invoice_id,
        owned.invoice_line_id,
        cast(owned.position as integer) as rate_position,
        owned.tax_rate_id,
        tax_rates.percentage,
        tax_rates.is_inclusive
    from (
        select
            lines.invoice_id,
            lines.invoice_line_id,
            item_rates.position,
            item_rates.tax_rate_id
        from {{ lines }} as lines
        inner join {{ item_tax_rates }} as item_rates
            on lines.invoice_item_id = item_rates.invoice_item_id
        where
            lines.type = 'invoiceitem'
            and lines.given_tax_rates_json is null
            and {{ has_no_elements('lines.given_tax_amounts_json') }}

        union all

        select
            given.invoice_id,
            given.invoice_line_id,
            given.position,
            given.element as tax_rate_id
        from (
            {{ json_elements(
                "(select * from " ~ lines ~ " as lines where "
                ~ has_no_elements('lines.given_tax_amounts_json') ~ ") as lines",
                'given_tax_rates_json',
                ['invoice_id', 'invoice_line_id']
            ) }}
        ) as given
    ) as owned
    left join {{ tax_rates }} as tax_rates
        on owned.tax_rate_id = tax_rates.tax_rate_id
{% endmacro %}

{# Whether a list that an edit gave holds nothing, or was not given: null, '' or []. #}
{% macro has_no_elements(given_json) -%}
    coalesce({{ given_json }}, '') in ('', '[]')
{%- endmacro %}
