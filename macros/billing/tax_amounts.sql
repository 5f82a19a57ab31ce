{# What each tax rate makes of each line.

   `lines` has invoice_id, invoice_line_id, line_position, amount (what discounts and credits
   left), subtotal_amount (what the discounts of its item left), line_amount (before any) and
   tax_exempt (none, exempt or reverse: the customer's). `line_tax_rates` has one row
   per (line, rate): invoice_line_id, scope (item or invoice), rate_position, tax_rate_id,
   percentage and is_inclusive. Gives one row per row of `line_tax_rates`: invoice_id,
   invoice_line_id, scope, rate_position, tax_rate_id, is_inclusive, taxable_amount, tax_amount,
   exempted_amount, taxability_reason and, for the amounts without tax that Stripe shows, the
   inclusive tax in subtotal_amount and in line_amount (subtotal_tax_amount, line_tax_amount);
   amounts in minor units, negative on negative lines.

   - Inclusive rates come first: the line holds them all, so with rates that add up to P per
     cent one of p per cent is p / (100 + P) of the line.
   - An exclusive rate is p per cent of the line less its inclusive taxes.
   - A customer who is exempt, or accounts for the tax (reverse charge), is charged none:
     tax_amount is 0, and an inclusive tax is in exempted_amount, which leaves the price.

   `tax_rounding` line: each of them rounds half away from zero. invoice: the exact taxes of a
   rate are added up over the invoice's lines and rounded once; each line shows by how much it
   moved that sum, so the lines still add up to the invoice. The sum is kept to 18 places, which
   is exact for exclusive rates of up to 16 places and never off by a rounding for inclusive
   ones of up to 4, Stripe's most.

   Sources: Stripe's tax rates page and its tables; DECISIONS.md, "Taxes". #}
{% macro tax_amounts(lines, line_tax_rates, tax_rounding=none) %}
    {%- set rounding = tax_rounding or var('tax_rounding', 'line') -%}
    {%- if rounding not in ['line', 'invoice'] -%}
        {{ exceptions.raise_compiler_error(
            "tax_rounding is '" ~ rounding ~ "'; it must be 'line' or 'invoice'."
        ) }}
    {%- endif -%}
    select
        taxed.invoice_id,
        taxed.invoice_line_id,
        taxed.scope,
        taxed.rate_position,
        taxed.tax_rate_id,
        taxed.is_inclusive,
        cast(taxed.amount - taxed.inclusive_amount as bigint) as taxable_amount,
        case
            when taxed.tax_exempt = 'none' then taxed.rate_amount else cast(0 as bigint)
        end as tax_amount,
        case
            when taxed.tax_exempt <> 'none' and taxed.is_inclusive
                then taxed.rate_amount
            else cast(0 as bigint)
        end as exempted_amount,
        case taxed.tax_exempt
            when 'exempt' then 'customer_exempt'
            when 'reverse' then 'reverse_charge'
            else 'standard_rated'
        end as taxability_reason,
        {{ inclusive_tax_in('taxed.subtotal_amount', 'taxed') }} as subtotal_tax_amount,
        {{ inclusive_tax_in('taxed.line_amount', 'taxed') }} as line_tax_amount
    from (
        select
            rounded.*,
            sum(case when rounded.is_inclusive then rounded.rate_amount else 0 end) over (
                partition by rounded.invoice_line_id
            ) as inclusive_amount
        from (
            {{ rates_rounded_by_line(lines, line_tax_rates) if rounding == 'line'
                else rates_rounded_by_invoice(lines, line_tax_rates) }}
        ) as rounded
    ) as taxed
{% endmacro %}

{# The inclusive tax of a rate in an amount of the line: what the line is charged where nothing was
   taken off the amount, else by the line. #}
{% macro inclusive_tax_in(amount, taxed) -%}
    case
        when not {{ taxed }}.is_inclusive then cast(0 as bigint)
        when {{ amount }} = {{ taxed }}.amount then {{ taxed }}.rate_amount
        else cast(
            {{ divide_half_away(
                "cast(" ~ amount ~ " as decimal(38, 0)) * " ~ taxed ~ ".percentage_digits",
                "100000000000000 + " ~ taxed ~ ".inclusive_digits"
            ) }} as bigint
        )
    end
{%- endmacro %}

{# Lines and their rates; `percentage_digits` is the percentage in its twelfth places, and
   `inclusive_digits` that of all inclusive rates of the line. #}
{% macro rated_lines(lines, line_tax_rates) %}
    select
        lines.invoice_id,
        lines.invoice_line_id,
        lines.line_position,
        lines.amount,
        lines.subtotal_amount,
        lines.line_amount,
        lines.tax_exempt,
        rates.scope,
        rates.rate_position,
        rates.tax_rate_id,
        rates.is_inclusive,
        {{ decimal_digits('rates.percentage') }} as percentage_digits,
        sum(
            case when rates.is_inclusive then {{ decimal_digits('rates.percentage') }} else 0 end
        ) over (
            partition by lines.invoice_line_id
        ) as inclusive_digits
    from {{ lines }} as lines
    inner join {{ line_tax_rates }} as rates
        on lines.invoice_line_id = rates.invoice_line_id
{% endmacro %}

{% macro rates_rounded_by_line(lines, line_tax_rates) %}
    select
        netted.*,
        case
            when netted.is_inclusive then netted.included_amount
            else cast(
                {{ divide_half_away(
                    "cast(netted.amount - netted.line_included_amount as decimal(38, 0))"
                    ~ " * netted.percentage_digits",
                    "100000000000000"
                ) }} as bigint
            )
        end as rate_amount
    from (
        select
            extracted.*,
            sum(extracted.included_amount) over (
                partition by extracted.invoice_line_id
            ) as line_included_amount
        from (
            select
                rated.*,
                cast(
                    case
                        when rated.is_inclusive
                            then {{ divide_half_away(
                                "cast(rated.amount as decimal(38, 0)) * rated.percentage_digits",
                                "100000000000000 + rated.inclusive_digits"
                            ) }}
                        else 0
                    end as bigint
                ) as included_amount
            from ({{ rated_lines(lines, line_tax_rates) }}) as rated
        ) as extracted
    ) as netted
{% endmacro %}

{% macro rates_rounded_by_invoice(lines, line_tax_rates) %}
    select
        summed.*,
        cast(
            {{ round_to_minor_units('round(summed.exact_until, 15)') }}
            - {{ round_to_minor_units(
                'round(summed.exact_until - summed.exact_rate_amount, 15)'
            ) }} as bigint
        ) as rate_amount
    from (
        select
            exact.*,
            sum(exact.exact_rate_amount) over (
                partition by exact.invoice_id, exact.tax_rate_id
                order by exact.line_position, exact.invoice_line_id, exact.rate_position
                rows between unbounded preceding and current row
            ) as exact_until
        from (
            select
                rated.*,
                {{ exact_quotient(
                    "cast(rated.amount as decimal(38, 0)) * rated.percentage_digits",
                    "100000000000000 + rated.inclusive_digits"
                ) }} as exact_rate_amount
            from ({{ rated_lines(lines, line_tax_rates) }}) as rated
        ) as exact
    ) as summed
{% endmacro %}
