{# Which discounts apply to which lines: one row per (line, discount), in the shape of
   discount_amounts' `eligible`.

   `lines` are lines of drafts: invoice_id, invoice_line_id, subscription_item_id,
   invoice_item_id, product_id, amount, is_discountable, is_proration. `invoice_discounts` has
   the discounts in force on each draft: invoice_id, scope (item or invoice),
   subscription_item_id or invoice_item_id for an item's, discount_position, discount_id,
   coupon_id, percent_off, amount_off. `coupon_products` (coupon_id, product_id) names the
   products of coupons that apply to some only. A line takes discounts of its own item and of
   its invoice. Prorations, lines below or at zero and lines marked so take none. Sources:
   Stripe's coupons page, its changelog of 2015-03-24. #}
{% macro eligible_discounts(lines, invoice_discounts, coupon_products) %}
    select
        lines.invoice_line_id,
        lines.invoice_id,
        lines.amount,
        discounts.scope,
        discounts.discount_position,
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
    left join (
        select distinct limited.coupon_id
        from {{ coupon_products }} as limited
    ) as limited_coupons
        on discounts.coupon_id = limited_coupons.coupon_id
    left join {{ coupon_products }} as coupon_products
        on
            discounts.coupon_id = coupon_products.coupon_id
            and lines.product_id = coupon_products.product_id
    where
        lines.is_discountable
        and not lines.is_proration
        and lines.amount > 0
        and (limited_coupons.coupon_id is null or coupon_products.product_id is not null)
{% endmacro %}
