{# Each invoice's discounts, one element for each discount, in the order in which they apply. #}
{% macro discounts_of_invoices(discounts) %}
    select
        summed.invoice_id,
        {{ json_array_of(
            discount_amount_json('summed.discount_amount', 'summed.discount_id'),
            ['summed.discount_position', 'summed.discount_id']
        ) }} as total_discount_amounts_json,
        {{ json_array_of(
            pretax_discount_json('summed.discount_amount', 'summed.discount_id'),
            ['summed.discount_position', 'summed.discount_id']
        ) }} as total_pretax_credit_amounts_json
    from (
        select
            discounts.invoice_id,
            discounts.discount_id,
            min(discounts.discount_position) as discount_position,
            cast(sum(discounts.discount_amount) as bigint) as discount_amount
        from {{ discounts }} as discounts
        group by discounts.invoice_id, discounts.discount_id
    ) as summed
    group by summed.invoice_id
{% endmacro %}

{# Each invoice's credits, one element for each grant, in the order in which they apply. #}
{% macro credits_of_invoices(credits) %}
    select
        summed.invoice_id,
        {{ json_array_of(
            pretax_credit_json('summed.credit_amount'), ['summed.grant_position']
        ) }} as total_pretax_credit_amounts_json
    from (
        select
            credits.invoice_id,
            credits.grant_position,
            cast(sum(credits.credit_amount) as bigint) as credit_amount
        from {{ credits }} as credits
        group by credits.invoice_id, credits.grant_position
    ) as summed
    group by summed.invoice_id
{% endmacro %}

{# Each invoice's taxes, one element for each rate. #}
{% macro taxes_of_invoices(taxes) %}
    select
        summed.invoice_id,
        {{ json_array_of(
            tax_amount_json(
                'summed.tax_amount', 'summed.is_inclusive', 'summed.tax_rate_id',
                'summed.taxability_reason', 'summed.taxable_amount'
            ),
            ['summed.rate_position', 'summed.tax_rate_id']
        ) }} as total_tax_amounts_json
    from (
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
    ) as summed
    group by summed.invoice_id
{% endmacro %}
