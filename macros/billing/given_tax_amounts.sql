{# The taxes of lines whose edit gave them as amounts, worked out elsewhere: in the shape of
   tax_amounts, scope `amount`. They are taken as they are, whatever the customer's exemption, and
   replace every rate. The tax rate is named by what is said of it, so equal data names the same
   rate, as at Stripe. `lines` are edited lines (fold_invoice_line_edits). #}
{% macro given_tax_amounts(lines) %}
    {%- set data = 'tax_rate_data.' -%}
    select
        amounts.invoice_id,
        amounts.invoice_line_id,
        cast('amount' as varchar) as scope,
        amounts.rate_position,
        amounts.tax_rate_id,
        amounts.is_inclusive,
        amounts.taxable_amount,
        amounts.tax_amount,
        cast(0 as bigint) as exempted_amount,
        cast(null as varchar) as taxability_reason,
        case when amounts.is_inclusive then amounts.tax_amount else cast(0 as bigint) end
            as subtotal_tax_amount,
        case when amounts.is_inclusive then amounts.tax_amount else cast(0 as bigint) end
            as line_tax_amount
    from (
        select
            given.invoice_id,
            given.invoice_line_id,
            cast(given.position as integer) as rate_position,
            {{ stable_id('txr_', [
                json_text('given.element', data ~ 'display_name'),
                json_text('given.element', data ~ 'inclusive'),
                json_text('given.element', data ~ 'percentage'),
                json_text('given.element', data ~ 'country'),
                json_text('given.element', data ~ 'state'),
                json_text('given.element', data ~ 'jurisdiction'),
                json_text('given.element', data ~ 'tax_type'),
                json_text('given.element', data ~ 'description')
            ]) }} as tax_rate_id,
            {{ json_text('given.element', data ~ 'inclusive') }} = 'true' as is_inclusive,
            cast({{ json_text('given.element', 'taxable_amount') }} as bigint) as taxable_amount,
            cast({{ json_text('given.element', 'amount') }} as bigint) as tax_amount
        from (
            {{ json_elements(
                lines ~ " as lines",
                'given_tax_amounts_json',
                ['invoice_id', 'invoice_line_id']
            ) }}
        ) as given
    ) as amounts
{% endmacro %}
