{# Lines with what discounts, credit grants and taxes do to them: the shape of the mart
   draft_invoice_lines.

   `lines` is ordered_invoice_lines; `discounts`, `credits` and `taxes` are what
   discount_amounts, credit_amounts and tax_amounts (with `scope` of the rate) gave for them. A
   line adds to its invoice's total its amount less discounts, credits and the inclusive tax
   that an exempt customer does not pay, plus exclusive taxes: `total`. The JSON columns have
   Stripe's shapes; a draft's credit has no transaction yet, since credit is taken when an
   invoice is finalized. #}
{% macro charged_invoice_lines(lines, discounts, credits, taxes) %}
    select
        charged.id,
        charged.invoice_id,
        charged.line_position,
        charged.customer_id,
        charged.subscription_id,
        charged.subscription_item_id,
        charged.invoice_item_id,
        charged.price_id,
        charged.product_id,
        charged.type,
        charged.tier,
        charged.part,
        charged.description,
        charged.currency,
        charged.quantity,
        charged.billed_quantity,
        charged.quantity_source,
        charged.unit_amount_decimal,
        charged.exact_amount_decimal,
        charged.amount,
        cast(
            cast(charged.amount as {{ exact_amount_type() }}) - charged.exact_amount_decimal
            as {{ exact_amount_type() }}
        ) as rounding_difference_decimal,
        charged.item_discount_amount,
        charged.invoice_discount_amount,
        charged.credit_amount,
        charged.inclusive_tax_amount,
        charged.exclusive_tax_amount,
        charged.exempted_tax_amount,
        cast(
            charged.amount
            - charged.item_discount_amount
            - charged.invoice_discount_amount
            - charged.credit_amount
            - charged.exempted_tax_amount
            + charged.exclusive_tax_amount
            as bigint
        ) as total,
        charged.amount_excluding_tax,
        {{ unit_amount_excluding_tax('charged.amount_excluding_tax', 'charged.quantity') }}
            as unit_amount_excluding_tax,
        charged.subtotal_excluding_tax,
        charged.period_start,
        charged.period_end,
        charged.proration,
        charged.discountable,
        charged.discounts_json,
        charged.discount_amounts_json,
        charged.pretax_credit_amounts_json,
        charged.tax_rates_json,
        charged.tax_amounts_json,
        charged.metadata_json,
        charged.last_edit_id,
        charged.livemode,
        {{ lookup_hash('charged.invoice_id') }} as invoice_id_hash
    from (
        select
            lines.invoice_line_id as id,
            lines.invoice_id,
            lines.line_position,
            lines.customer_id,
            lines.subscription_id,
            lines.subscription_item_id,
            lines.invoice_item_id,
            lines.price_id,
            lines.product_id,
            lines.type,
            lines.tier,
            lines.part,
            lines.description,
            lines.currency,
            lines.quantity,
            lines.billed_quantity,
            lines.quantity_source,
            lines.unit_amount_decimal,
            lines.exact_amount_decimal,
            lines.amount,
            coalesce(line_discounts.item_discount_amount, 0) as item_discount_amount,
            coalesce(line_discounts.invoice_discount_amount, 0) as invoice_discount_amount,
            coalesce(line_credits.credit_amount, 0) as credit_amount,
            coalesce(line_taxes.inclusive_tax_amount, 0) as inclusive_tax_amount,
            coalesce(line_taxes.exclusive_tax_amount, 0) as exclusive_tax_amount,
            coalesce(line_taxes.exempted_tax_amount, 0) as exempted_tax_amount,
            lines.amount - coalesce(line_taxes.line_tax_amount, 0) as amount_excluding_tax,
            cast(
                lines.amount
                - coalesce(line_discounts.item_discount_amount, 0)
                - coalesce(line_taxes.subtotal_tax_amount, 0)
                as bigint
            ) as subtotal_excluding_tax,
            lines.period_start,
            lines.period_end,
            lines.is_proration as proration,
            lines.is_discountable as discountable,
            coalesce(line_discounts.discounts_json, '[]') as discounts_json,
            coalesce(line_discounts.discount_amounts_json, '[]') as discount_amounts_json,
            {{ joined_json_arrays(
                'line_discounts.pretax_credit_amounts_json',
                'line_credits.pretax_credit_amounts_json'
            ) }} as pretax_credit_amounts_json,
            coalesce(line_taxes.tax_rates_json, '[]') as tax_rates_json,
            coalesce(line_taxes.tax_amounts_json, '[]') as tax_amounts_json,
            lines.metadata_json,
            lines.last_edit_id,
            lines.livemode
        from {{ lines }} as lines
        left join (
            {{ discounts_of_lines(discounts) }}
        ) as line_discounts
            on lines.invoice_line_id = line_discounts.invoice_line_id
        left join (
            {{ credits_of_lines(credits) }}
        ) as line_credits
            on lines.invoice_line_id = line_credits.invoice_line_id
        left join (
            {{ taxes_of_lines(taxes) }}
        ) as line_taxes
            on lines.invoice_line_id = line_taxes.invoice_line_id
    ) as charged
{% endmacro %}
