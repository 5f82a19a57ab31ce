{# What edits make of each thing that they edit: one row per `edit_key`, for every field the value
   that the edit received last gave it, null where none did. `edits` is keyed_invoice_line_edits; an
   edit that adds a line gives its first values. An edit that does not name a field leaves it
   alone. #}
{% macro line_updates(edits) %}
    {%- set prices = 'edits.given_unit_amount_decimal is not null' -%}
    select
        edits.edit_key,
        {{ latest_by('edits.given_description', 'edits.edit_order') }} as description,
        {{ latest_by(
            "case when edits.operation = 'add' then edits.default_description end",
            'edits.edit_order'
        ) }} as default_description,
        {{ latest_by('edits.given_is_discountable', 'edits.edit_order') }} as is_discountable,
        {{ latest_by('edits.given_period_start', 'edits.edit_order') }} as period_start,
        {{ latest_by('edits.given_period_end', 'edits.edit_order') }} as period_end,
        {{ latest_by('edits.given_quantity', 'edits.edit_order') }} as quantity,
        {{ latest_by('edits.given_unit_amount_decimal', 'edits.edit_order') }}
            as unit_amount_decimal,
        -- What an amount or price_data leaves behind is no price and no product.
        {{ latest_by(
            "case when " ~ prices ~ " then coalesce(edits.given_price_id, '') end",
            'edits.edit_order'
        ) }} as price_id,
        {{ latest_by(
            "case when " ~ prices ~ " then coalesce(edits.given_product_id, '') end",
            'edits.edit_order'
        ) }} as product_id,
        {{ latest_by('edits.given_discounts_json', 'edits.edit_order') }} as discounts_json,
        {{ latest_by('edits.given_tax_rates_json', 'edits.edit_order') }} as tax_rates_json,
        {{ latest_by('edits.invoice_line_edit_id', 'edits.edit_order') }} as last_edit_id
    from {{ edits }} as edits
    where
        edits.operation in ('add', 'update')
        and edits.is_effective
    group by edits.edit_key
{% endmacro %}

{# What edits make of lines themselves: whether one is removed, and taxes worked out elsewhere,
   which are of the line and do not move with its invoice item. One row per line that has either. #}
{% macro line_removals(edits) %}
    select
        edits.invoice_id,
        edits.invoice_line_id,
        max(case when edits.operation = 'remove' then 1 else 0 end) as removals,
        {{ latest_by('edits.given_tax_amounts_json', 'edits.edit_order') }} as tax_amounts_json
    from {{ edits }} as edits
    where
        edits.operation = 'remove'
        or edits.given_tax_amounts_json is not null
    group by edits.invoice_id, edits.invoice_line_id
{% endmacro %}
