{# Prices quantities: the one place where a quantity meets a price.

   `quantities` has one row per `line_source_id`, with price_id, currency and quantity (not
   negative). `price_tiers` is int_price_tiers, or a relation of its shape (a hypothetical
   price). Gives one row per (line_source_id, tier, part):
   - per unit: one `usage` part, after transform_quantity;
   - volume: the tier that holds the whole quantity (up_to is inclusive), a `usage` part and,
     where the tier has a flat amount, a `flat_fee` part;
   - graduated: the same two parts for each tier reached. Quantity 0 reaches the first tier.
   `quantity` is what the line shows, `billed_quantity` what the unit amount is multiplied by
   (packages where the price transforms its quantity, 1 for a flat fee).
   `exact_amount_decimal` is NULL where the product does not fit 14 digits before the point.
   `carried` names the columns of `quantities` that its parts keep; to join them again afterwards
   is dearer than pricing.
   Sources: Stripe's pricing models and tiered pricing pages; DECISIONS.md, "Tiers". #}
{% macro price_quantities(quantities, price_tiers, carried=['line_source_id']) %}
    select
        {% for column in carried %}
        parted.{{ column }},
        {% endfor %}
        parted.tier,
        parted.tiers_mode,
        parted.part,
        parted.quantity,
        parted.billed_quantity,
        parted.unit_amount_decimal,
        {{ exact_product('parted.billed_quantity', 'parted.unit_amount_decimal') }}
            as exact_amount_decimal
    from (
        select
            {% for column in carried %}
            reached.{{ column }},
            {% endfor %}
            reached.tier,
            reached.tiers_mode,
            reached.part,
            case
                when reached.part = 'flat_fee' then cast(0 as {{ quantity_type() }})
                else reached.quantity
            end as quantity,
            case
                when reached.part = 'flat_fee' then cast(1 as {{ quantity_type() }})
                else {{ multiplied_quantity(
                    'reached.quantity', 'reached.transform_divide_by', 'reached.transform_round'
                ) }}
            end as billed_quantity,
            case
                when reached.part = 'flat_fee' then reached.flat_amount_decimal
                else coalesce(reached.unit_amount_decimal, cast(0 as {{ quantity_type() }}))
            end as unit_amount_decimal
        from ({{ reached_tiers(quantities, price_tiers, carried) }}) as reached
    ) as parted
{% endmacro %}
