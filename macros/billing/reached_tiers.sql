{# The tiers that each quantity reaches, with the part of the quantity that falls into each: all
   of it for per-unit prices and for volume tiers, (quantity_above, up_to] of it for graduated
   ones. #}
{% macro reached_tiers(quantities, price_tiers) %}
    select
        quantities.line_source_id,
        price_tiers.tier,
        price_tiers.tiers_mode,
        price_tiers.unit_amount_decimal,
        price_tiers.flat_amount_decimal,
        price_tiers.transform_divide_by,
        price_tiers.transform_round,
        case
            when price_tiers.tiers_mode = 'graduated'
                then cast(
                    least(quantities.quantity, coalesce(price_tiers.up_to, quantities.quantity))
                    - least(quantities.quantity, price_tiers.quantity_above)
                    as {{ quantity_type() }}
                )
            else quantities.quantity
        end as quantity
    from {{ quantities }} as quantities
    inner join {{ price_tiers }} as price_tiers
        on
            quantities.price_id = price_tiers.price_id
            and quantities.currency = price_tiers.currency
    where
        price_tiers.tiers_mode = 'per_unit'
        or (
            (quantities.quantity > price_tiers.quantity_above or price_tiers.tier = 1)
            and (
                price_tiers.tiers_mode = 'graduated'
                or price_tiers.up_to is null
                or quantities.quantity <= price_tiers.up_to
            )
        )
{% endmacro %}
