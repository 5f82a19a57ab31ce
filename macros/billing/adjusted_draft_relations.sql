{# The CTEs that bring lines to what is charged: the very macros of the models, over all drafts of a
   customer, since credit that one draft consumes is gone for the next. Reads `lines` (edited and
   ordered lines) and `invoices` (in the shape of int_invoice_terms), each a name; leaves
   `{prefix}_lines` in the shape of draft_invoice_lines and `{prefix}_discounts`,
   `{prefix}_credits`, `{prefix}_taxes` for invoice_totals. #}
{% macro adjusted_draft_relations(prefix, lines, invoices) -%}
{{ prefix }}_own_discounts as (
        {{ own_line_discounts(
            lines, 'intermediate.int_invoice_item_discounts', invoices, 'intermediate.int_coupons'
        ) }}
    ),

    {{ prefix }}_lines_not_billed_before as (
        {{ lines_not_billed_before(
            lines, "(select * from " ~ lines ~ " where part = 'previously_billed')"
        ) }}
    ),

    {{ prefix }}_eligible as (
        {{ eligible_discounts(
            prefix ~ '_lines_not_billed_before',
            'intermediate.int_invoice_discounts',
            'intermediate.int_coupon_products',
            prefix ~ '_own_discounts',
            lines
        ) }}
    ),

    {{ prefix }}_discounts as (
        {{ discount_amounts(
            prefix ~ '_lines_not_billed_before', prefix ~ '_eligible', lines
        ) }}
    ),

    {{ prefix }}_creditable as (
        {{ creditable_lines(
            prefix ~ '_lines_not_billed_before', prefix ~ '_discounts', invoices,
            '(select id as price_id, meter_id from main.prices)'
        ) }}
    ),

    {{ prefix }}_credits as (
        {{ credit_amounts(
            prefix ~ '_creditable',
            'intermediate.int_credit_grants',
            'intermediate.int_credit_grant_prices'
        ) }}
    ),

    {{ prefix }}_taxable as (
        {{ taxable_lines(lines, prefix ~ '_discounts', prefix ~ '_credits', invoices) }}
    ),

    {{ prefix }}_own_rates as (
        {{ own_line_tax_rates(
            lines, 'intermediate.int_invoice_item_tax_rates', 'intermediate.int_tax_rates'
        ) }}
    ),

    {{ prefix }}_rates as (
        {{ line_tax_rates(lines, 'intermediate.int_invoice_tax_rates', prefix ~ '_own_rates') }}
    ),

    {{ prefix }}_rate_taxes as (
        {{ tax_amounts(prefix ~ '_taxable', prefix ~ '_rates') }}
    ),

    {{ prefix }}_taxes as (
        select * from {{ prefix }}_rate_taxes

        union all

        {{ given_tax_amounts(lines) }}
    ),

    {{ prefix }}_lines as (
        {{ charged_invoice_lines(
            lines, prefix ~ '_discounts', prefix ~ '_credits', prefix ~ '_taxes'
        ) }}
    )
{% endmacro %}
