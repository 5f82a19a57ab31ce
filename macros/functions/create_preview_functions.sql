{# What previews ask of the rules besides running the steps: previews.amount_of(quantity,
   unit_amount, divide_by, rounding), the amount of an invoice item in minor units, in packages
   where its price transforms the quantity (divide_by is null where it does not); null where it
   does not fit. previews.discount_named(discount): the coupon and the bounds of a discount that a
   draft, a customer or an invoice item has, its id the source's or, where it gave none, ours. #}
{% macro create_preview_functions() %}
    create schema if not exists previews;
    create or replace macro previews.amount_of(quantity, unit_amount, divide_by, rounding) as
        {{ round_to_minor_units(exact_product(
            multiplied_quantity('quantity', 'divide_by', 'rounding'), 'unit_amount'
        )) }};
    create or replace macro previews.discount_named(wanted_discount) as table
    select
        coupon_id,
        {{ unix_seconds('start_at') }} as start_at,
        {{ unix_seconds('end_at') }} as end_at
    from (
        select discount_id, coupon_id, start_at, end_at
        from intermediate.int_subscription_discount_candidates

        union all

        select discount_id, discount_coupon_id, discount_start_at, discount_end_at
        from intermediate.int_customer_versions

        union all

        select discount_id, coupon_id, cast(null as timestamp), end_at
        from intermediate.int_invoice_item_discounts

        union all

        select discount_id, coupon_id, cast(null as timestamp), cast(null as timestamp)
        from intermediate.int_invoice_line_own_discounts
    ) as discounts
    where discount_id = wanted_discount
    order by end_at desc nulls first
    limit 1;
{% endmacro %}
