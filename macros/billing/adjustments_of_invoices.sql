{# Each invoice's discounts, one element for each discount, in the order in which they apply. #}
{% macro discounts_of_invoices(discounts) %}
    with summed as (
        select
            discounts.invoice_id,
            discounts.discount_id,
            min(discounts.discount_position) as discount_position,
            cast(sum(discounts.discount_amount) as bigint) as discount_amount
        from {{ discounts }} as discounts
        group by discounts.invoice_id, discounts.discount_id
    )

    {{ grouped_json_arrays(
        'summed',
        'invoice_id',
        {},
        {
            'total_discount_amounts_json':
                discount_amount_json('members.discount_amount', 'members.discount_id'),
            'total_pretax_credit_amounts_json':
                pretax_discount_json('members.discount_amount', 'members.discount_id'),
        },
        ['members.discount_position', 'members.discount_id']
    ) }}
{% endmacro %}

{# Each invoice's credits, one element for each grant, in the order in which they apply. #}
{% macro credits_of_invoices(credits) %}
    with summed as (
        select
            credits.invoice_id,
            credits.grant_position,
            cast(sum(credits.credit_amount) as bigint) as credit_amount
        from {{ credits }} as credits
        group by credits.invoice_id, credits.grant_position
    )

    {{ grouped_json_arrays(
        'summed',
        'invoice_id',
        {},
        {'total_pretax_credit_amounts_json': pretax_credit_json('members.credit_amount')},
        ['members.grant_position']
    ) }}
{% endmacro %}

{# Each invoice's taxes, one element for each rate. #}
{% macro taxes_of_invoices(taxes) %}
    with summed as (
        select
            taxes.invoice_id,
            taxes.tax_rate_id,
            taxes.is_inclusive,
            taxes.taxability_reason,
            min(taxes.rate_position) as rate_position,
            cast(sum(taxes.tax_amount) as bigint) as tax_amount,
            cast(sum(taxes.taxable_amount) as bigint) as taxable_amount
        from {{ taxes }} as taxes
        group by
            taxes.invoice_id,
            taxes.tax_rate_id,
            taxes.is_inclusive,
            taxes.taxability_reason
    )

    {{ grouped_json_arrays(
        'summed',
        'invoice_id',
        {},
        {
            'total_tax_amounts_json': tax_amount_json(
                'members.tax_amount', 'members.is_inclusive', 'members.tax_rate_id',
                'members.taxability_reason', 'members.taxable_amount'
            ),
        },
        ['members.rate_position', 'members.tax_rate_id']
    ) }}
{% endmacro %}
