{# The CTEs that bring a preview's lines to what is charged: the very macros of the models, over
   lines of a few drafts. Reads `lines` (ordered_invoice_lines), `invoices` (in the shape of
   int_invoice_terms) and `customers` (customer_id, tax_exempt, balance), each a name; leaves
   `{prefix}_lines` in the shape of draft_invoice_lines and `{prefix}_discounts`,
   `{prefix}_credits`, `{prefix}_taxes` for invoice_totals. `discounts` and `tax_rates` name the
   relations of discounts and tax rates on the drafts (int_invoice_discounts,
   int_invoice_tax_rates). Credit that other drafts which are due have consumed is gone. #}
{% macro adjusted_draft_relations(
    prefix, lines, invoices, customers, discounts=none, tax_rates=none
) -%}
{{ prefix }}_eligible as (
        {{ eligible_discounts(
            lines,
            discounts or 'intermediate.int_invoice_discounts',
            'intermediate.int_coupon_products'
        ) }}
    ),

    {{ prefix }}_discounts as (
        {{ discount_amounts(lines, prefix ~ '_eligible') }}
    ),

    {{ prefix }}_creditable as (
        {{ creditable_lines(
            lines, prefix ~ '_discounts', invoices,
            '(select id as price_id, meter_id from main.prices)'
        ) }}
    ),

    {{ prefix }}_consumed as (
        select
            credits.credit_grant_id,
            sum(credits.credit_amount) as credit_amount
        from intermediate.int_invoice_line_credits as credits
        inner join main.draft_invoices as due
            on credits.invoice_id = due.id
        left join {{ invoices }} as previewed
            on credits.invoice_id = previewed.invoice_id
        where
            not due.is_upcoming
            and previewed.invoice_id is null
            and due.period_end <= (select max(latest.period_end) from {{ invoices }} as latest)
        group by credits.credit_grant_id
    ),

    {{ prefix }}_grants as (
        select
            grants.credit_grant_id,
            grants.customer_id,
            grants.currency,
            grants.grant_position,
            cast(grants.grant_amount - coalesce(consumed.credit_amount, 0) as bigint)
                as grant_amount,
            grants.valid_from,
            grants.valid_until,
            grants.is_limited_to_prices
        from intermediate.int_credit_grants as grants
        left join {{ prefix }}_consumed as consumed
            on grants.credit_grant_id = consumed.credit_grant_id
    ),

    {{ prefix }}_credits as (
        {{ credit_amounts(
            prefix ~ '_creditable', prefix ~ '_grants', 'intermediate.int_credit_grant_prices'
        ) }}
    ),

    {{ prefix }}_taxable as (
        {{ taxable_lines(lines, prefix ~ '_discounts', prefix ~ '_credits', customers) }}
    ),

    {{ prefix }}_rates as (
        {{ line_tax_rates(lines, tax_rates or 'intermediate.int_invoice_tax_rates') }}
    ),

    {{ prefix }}_taxes as (
        {{ tax_amounts(prefix ~ '_taxable', prefix ~ '_rates') }}
    ),

    {{ prefix }}_lines as (
        {{ charged_invoice_lines(
            lines, prefix ~ '_discounts', prefix ~ '_credits', prefix ~ '_taxes'
        ) }}
    )
{% endmacro %}
