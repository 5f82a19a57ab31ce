{# Which discounts apply to which lines: one row per (line, discount), in the shape of
   discount_amounts' `eligible`.

   `lines` are lines of drafts: invoice_id, invoice_line_id, subscription_item_id,
   invoice_item_id, product_id, amount, is_discountable, is_proration. `invoice_discounts` has
   the discounts in force on each draft: invoice_id, scope (item or invoice),
   subscription_item_id or invoice_item_id for an item's, discount_position, discount_id,
   coupon_id, percent_off, amount_off. `coupon_products` (coupon_id, product_id) names the
   products of coupons that apply to some only. `own_discounts` is own_line_discounts; with it
   `lines` have given_discounts_json, which replaces the discounts of the line's item.
   `shown_lines`, where not `lines`, has invoice_id and amount of every line as its invoice shows
   it. A line takes discounts of its own or of its item, then those of its invoice; what it has
   itself it does not take from the invoice again. Prorations, lines below or at zero and lines
   marked so take none; an invoice that comes to zero or less takes none of its own.
   Sources: Stripe's coupons page, its changelogs of 2013-10-29 and 2015-03-24. #}
{% macro eligible_discounts(
    lines, invoice_discounts, coupon_products, own_discounts=none, shown_lines=none
) %}
    select
        candidates.invoice_line_id,
        candidates.invoice_id,
        candidates.amount,
        candidates.scope,
        candidates.discount_position,
        candidates.discount_id,
        candidates.coupon_id,
        candidates.percent_off,
        candidates.amount_off
    from (
        {{ discount_candidates_of_lines(lines, invoice_discounts, own_discounts) }}
    ) as candidates
    left join (
        select distinct limited.coupon_id
        from {{ coupon_products }} as limited
    ) as limited_coupons
        on candidates.coupon_id = limited_coupons.coupon_id
    left join {{ coupon_products }} as coupon_products
        on
            candidates.coupon_id = coupon_products.coupon_id
            and candidates.product_id = coupon_products.product_id
    left join (
        {{ amounts_of_invoices(shown_lines or lines) }}
    ) as invoices
        on candidates.invoice_id = invoices.invoice_id
    where
        (candidates.scope = 'item' or invoices.amount > 0)
        and (
            limited_coupons.coupon_id is null
            or coupon_products.product_id is not null
        )
{% endmacro %}

{% macro discount_candidates_of_lines(lines, invoice_discounts, own_discounts) %}
    select
        lines.invoice_line_id,
        lines.invoice_id,
        lines.amount,
        lines.product_id,
        discounts.scope,
        {% if own_discounts %}
        cast(
            discounts.discount_position
            + case when discounts.scope = 'invoice' then coalesce(own_ones.positions, 0) else 0 end
            as integer
        ) as discount_position,
        {% else %}
        discounts.discount_position,
        {% endif %}
        discounts.discount_id,
        discounts.coupon_id,
        discounts.percent_off,
        discounts.amount_off
    from {{ lines }} as lines
    inner join {{ invoice_discounts }} as discounts
        on
            lines.invoice_id = discounts.invoice_id
            and (
                discounts.scope = 'invoice'
                or lines.subscription_item_id = discounts.subscription_item_id
                or lines.invoice_item_id = discounts.invoice_item_id
            )
    {% if own_discounts %}
    left join (
        select
            owned.invoice_id,
            max(owned.discount_position) as positions
        from {{ own_discounts }} as owned
        group by owned.invoice_id
    ) as own_ones
        on lines.invoice_id = own_ones.invoice_id
    left join {{ own_discounts }} as taken
        on
            lines.invoice_line_id = taken.invoice_line_id
            and discounts.discount_id = taken.discount_id
    {% endif %}
    where
        lines.is_discountable
        and not lines.is_proration
        and lines.amount > 0
        {% if own_discounts %}
        and taken.discount_id is null
        and (discounts.scope = 'invoice' or lines.given_discounts_json is null)

    union all

    select
        lines.invoice_line_id,
        lines.invoice_id,
        lines.amount,
        lines.product_id,
        cast('item' as varchar) as scope,
        owned.discount_position,
        owned.discount_id,
        owned.coupon_id,
        owned.percent_off,
        owned.amount_off
    from {{ lines }} as lines
    inner join {{ own_discounts }} as owned
        on lines.invoice_line_id = owned.invoice_line_id
    where
        lines.is_discountable
        and not lines.is_proration
        and lines.amount > 0
        and coalesce(owned.percent_off, owned.amount_off) is not null
        {% endif %}
{% endmacro %}
