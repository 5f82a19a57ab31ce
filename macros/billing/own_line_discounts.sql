{# The discounts that lines have of their own, one row per (line, discount), in the shape of
   eligible_discounts' `own_discounts`: those of the invoice item that a line shows or, where an
   edit gave the line some, those and no others.

   `lines` are edited lines (fold_invoice_line_edits), `item_discounts` is
   int_invoice_item_discounts, `invoices` has created_at, `coupons` coupon_id, percent_off,
   amount_off and currency. An invoice item is on one invoice and an edit names one line, so
   whatever the coupon's duration the discount counts there; one that ended before the invoice was
   made does not, nor an amount off in another currency. A coupon that has not landed takes nothing
   off and is an error row: neither percent_off nor amount_off is set. #}
{% macro own_line_discounts(lines, item_discounts, invoices, coupons) %}
    select
        owned.invoice_id,
        owned.invoice_line_id,
        cast(owned.position as integer) as discount_position,
        owned.discount_id,
        owned.coupon_id,
        coupons.percent_off,
        coupons.amount_off
    from (
        {{ named_line_discounts(lines, item_discounts, invoices) }}
    ) as owned
    left join {{ coupons }} as coupons
        on owned.coupon_id = coupons.coupon_id
    where
        coupons.amount_off is null
        or coupons.currency = owned.currency
{% endmacro %}

{# What lines name as discounts of their own, whatever its coupon: the columns of
   own_line_discounts but for the coupon's, with position and the line's currency. Arguments: see
   there. #}
{% macro named_line_discounts(lines, item_discounts, invoices) %}
    select
        lines.invoice_id,
        lines.invoice_line_id,
        lines.currency,
        discounts.position,
        discounts.discount_id,
        discounts.coupon_id
    from {{ lines }} as lines
    inner join {{ item_discounts }} as discounts
        on lines.invoice_item_id = discounts.invoice_item_id
    inner join {{ invoices }} as invoices
        on lines.invoice_id = invoices.invoice_id
    where
        lines.type = 'invoiceitem'
        and lines.given_discounts_json is null
        and coalesce(discounts.end_at > invoices.created_at, true)

    union all

    select
        given.invoice_id,
        given.invoice_line_id,
        given.currency,
        given.position,
        coalesce(
            {{ json_text('given.element', 'discount') }},
            {{ stable_id('di_', [
                'given.edited_id', json_text('given.element', 'coupon')
            ]) }}
        ) as discount_id,
        {{ json_text('given.element', 'coupon') }} as coupon_id
    from (
        {{ json_elements(
            "(select lines.*, " ~ edit_key('lines') ~ " as edited_id from " ~ lines
            ~ " as lines where lines.given_discounts_json is not null) as lines",
            'given_discounts_json',
            ['invoice_id', 'invoice_line_id', 'currency', 'edited_id']
        ) }}
    ) as given
{% endmacro %}
