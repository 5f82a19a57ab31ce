{# Each line's discounts: their sums by scope and as Stripe's JSON. #}
{% macro discounts_of_lines(discounts) %}
    {{ grouped_json_arrays(
        discounts,
        'invoice_line_id',
        {
            'item_discount_amount':
                "case when members.scope = 'item' then members.discount_amount else 0 end",
            'invoice_discount_amount':
                "case when members.scope = 'item' then 0 else members.discount_amount end",
        },
        {
            'discounts_json':
                "case when members.scope = 'item' then "
                ~ json_string('members.discount_id') ~ " end",
            'discount_amounts_json':
                discount_amount_json('members.discount_amount', 'members.discount_id'),
            'pretax_credit_amounts_json':
                pretax_discount_json('members.discount_amount', 'members.discount_id'),
        },
        ['members.discount_position', 'members.discount_id']
    ) }}
{% endmacro %}

{# Each line's credits: their sum and as Stripe's JSON. #}
{% macro credits_of_lines(credits) %}
    {{ grouped_json_arrays(
        credits,
        'invoice_line_id',
        {'credit_amount': 'members.credit_amount'},
        {'pretax_credit_amounts_json': pretax_credit_json('members.credit_amount')},
        ['members.grant_position']
    ) }}
{% endmacro %}

{# Each line's taxes: their sums and as Stripe's JSON. #}
{% macro taxes_of_lines(taxes) %}
    {{ grouped_json_arrays(
        taxes,
        'invoice_line_id',
        {
            'inclusive_tax_amount':
                'case when members.is_inclusive then members.tax_amount else 0 end',
            'exclusive_tax_amount':
                'case when members.is_inclusive then 0 else members.tax_amount end',
            'exempted_tax_amount': 'members.exempted_amount',
            'subtotal_tax_amount': 'members.subtotal_tax_amount',
            'line_tax_amount': 'members.line_tax_amount',
        },
        {
            'tax_rates_json':
                "case when members.scope = 'item' then "
                ~ json_string('members.tax_rate_id') ~ " end",
            'tax_amounts_json': tax_amount_json(
                'members.tax_amount', 'members.is_inclusive', 'members.tax_rate_id',
                'members.taxability_reason', 'members.taxable_amount'
            ),
        },
        ['members.rate_position', 'members.tax_rate_id']
    ) }}
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
        ',"taxability_reason":', coalesce({{ json_string(taxability_reason) }}, 'null'),
        ',"taxable_amount":', cast({{ taxable_amount }} as varchar), '}'
    )
{%- endmacro %}
