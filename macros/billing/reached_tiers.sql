{# The tiers that each quantity reaches, with the part of the quantity that falls into each: all
   of it for per-unit prices and for volume tiers, (quantity_above, up_to] of it for graduated
   ones. A row for each part of a tier, `usage` and, where it has a flat amount, `flat_fee`: there
   are few tiers, so that quantities, which are many, are read once for both. #}
{% macro reached_tiers(quantities, price_tiers, carried) %}
    select
        {% for column in carried %}
        quantities.{{ column }},
        {% endfor %}
        tiers.tier,
        tiers.tiers_mode,
        tiers.part,
        tiers.unit_amount_decimal,
        tiers.flat_amount_decimal,
        tiers.transform_divide_by,
        tiers.transform_round,
        case
            when tiers.tiers_mode = 'graduated'
                then cast(
                    least(quantities.quantity, coalesce(tiers.up_to, quantities.quantity))
                    - least(quantities.quantity, tiers.quantity_above)
                    as {{ quantity_type() }}
                )
            else quantities.quantity
        end as quantity
    from {{ quantities }} as quantities
    inner join (
        select
            price_tiers.*,
            cast('usage' as varchar) as part
        from {{ price_tiers }} as price_tiers

        union all

        select
            price_tiers.*,
            cast('flat_fee' as varchar) as part
        from {{ price_tiers }} as price_tiers
        where price_tiers.flat_amount_decimal is not null
    ) as tiers
        on
            quantities.price_id = tiers.price_id
            and quantities.currency = tiers.currency
    where
        tiers.tiers_mode = 'per_unit'
        or (
            (quantities.quantity > tiers.quantity_above or tiers.tier = 1)
            and (
                tiers.tiers_mode = 'graduated'
                or tiers.up_to is null
                or quantities.quantity <= tiers.up_to
            )
        )
{% endmacro %}
