{# Each line's discounts: their sums by scope and as Stripe's JSON. #}
{% macro discounts_of_lines(discounts) %}
    select
        discounts.invoice_line_id,
        cast(
            sum(case when discounts.scope = 'item' then discounts.discount_amount else 0 end)
            as bigint
        ) as item_discount_amount,
        cast(
            sum(case when discounts.scope = 'item' then 0 else discounts.discount_amount end)
            as bigint
        ) as invoice_discount_amount,
        {{ json_array_of(
            "case when discounts.scope = 'item' then " ~ json_string('discounts.discount_id')
            ~ " end",
            ['discounts.discount_position', 'discounts.discount_id']
        ) }} as discounts_json,
        {{ json_array_of(
            discount_amount_json('discounts.discount_amount', 'discounts.discount_id'),
            ['discounts.discount_position', 'discounts.discount_id']
        ) }} as discount_amounts_json,
        {{ json_array_of(
            pretax_discount_json('discounts.discount_amount', 'discounts.discount_id'),
            ['discounts.discount_position', 'discounts.discount_id']
        ) }} as pretax_credit_amounts_json
    from {{ discounts }} as discounts
    group by discounts.invoice_line_id
{% endmacro %}

{# Each line's credits: their sum and as Stripe's JSON. #}
{% macro credits_of_lines(credits) %}
    select
        credits.invoice_line_id,
        cast(sum(credits.credit_amount) as bigint) as credit_amount,
        {{ json_array_of(
            pretax_credit_json('credits.credit_amount'), ['credits.grant_position']
        ) }} as pretax_credit_amounts_json
    from {{ credits }} as credits
    group by credits.invoice_line_id
{% endmacro %}

{# Each line's taxes: their sums and as Stripe's JSON. #}
{% macro taxes_of_lines(taxes) %}
    select
        taxes.invoice_line_id,
        cast(
            sum(case when taxes.is_inclusive then taxes.tax_amount else 0 end) as bigint
        ) as inclusive_tax_amount,
        cast(
            sum(case when taxes.is_inclusive then 0 else taxes.tax_amount end) as bigint
        ) as exclusive_tax_amount,
        cast(sum(taxes.exempted_amount) as bigint) as exempted_tax_amount,
        cast(sum(taxes.subtotal_tax_amount) as bigint) as subtotal_tax_amount,
        cast(sum(taxes.line_tax_amount) as bigint) as line_tax_amount,
        {{ json_array_of(
            "case when taxes.scope = 'item' then " ~ json_string('taxes.tax_rate_id') ~ " end",
            ['taxes.rate_position', 'taxes.tax_rate_id']
        ) }} as tax_rates_json,
        {{ json_array_of(
            tax_amount_json(
                'taxes.tax_amount', 'taxes.is_inclusive', 'taxes.tax_rate_id',
                'taxes.taxability_reason', 'taxes.taxable_amount'
            ),
            ['taxes.rate_position', 'taxes.tax_rate_id']
        ) }} as tax_amounts_json
    from {{ taxes }} as taxes
    group by taxes.invoice_line_id
{% endmacro %}

{# One element of Stripe's discount_amounts. #}
{% macro discount_amount_json(amount, discount_id) -%}
    concat(
        '{"amount":', cast({{ amount }} as varchar),
        ',"discount":', {{ json_string(discount_id) }}, '}'
    )
{%- endmacro %}

{# One element of Stripe's pretax_credit_amounts, for a discount. #}
{% macro pretax_discount_json(amount, discount_id) -%}
    concat(
        '{"amount":', cast({{ amount }} as varchar),
        ',"discount":', {{ json_string(discount_id) }}, ',"type":"discount"}'
    )
{%- endmacro %}

{# One element of Stripe's pretax_credit_amounts, for a credit grant. #}
{% macro pretax_credit_json(amount) -%}
    concat(
        '{"amount":', cast({{ amount }} as varchar),
        ',"credit_balance_transaction":null,"type":"credit_balance_transaction"}'
    )
{%- endmacro %}

{# One element of Stripe's tax_amounts. #}
{% macro tax_amount_json(
    amount, is_inclusive, tax_rate_id, taxability_reason, taxable_amount
) -%}
    concat(
        '{"amount":', cast({{ amount }} as varchar),
        ',"inclusive":', case when {{ is_inclusive }} then 'true' else 'false' end,
        ',"tax_rate":', {{ json_string(tax_rate_id) }},
        ',"taxability_reason":', {{ json_string(taxability_reason) }},
        ',"taxable_amount":', cast({{ taxable_amount }} as varchar), '}'
    )
{%- endmacro %}
