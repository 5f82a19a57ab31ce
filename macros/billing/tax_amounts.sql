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
    with

    rates_of_lines as (
        select
            rates.invoice_line_id,
            rates.scope,
            rates.rate_position,
            rates.tax_rate_id,
            rates.is_inclusive,
            {{ decimal_digits('rates.percentage') }} as percentage_digits
        from {{ line_tax_rates }} as rates
    ),

    -- Few lines have inclusive rates; only their rates are added up.
    inclusive_rates as (
        select
            rates_of_lines.invoice_line_id,
            sum(rates_of_lines.percentage_digits) as inclusive_digits
        from rates_of_lines
        where rates_of_lines.is_inclusive
        group by rates_of_lines.invoice_line_id
    ),

    rated as (
        select
            lines.invoice_id,
            lines.invoice_line_id,
            lines.line_position,
            lines.amount,
            lines.subtotal_amount,
            lines.line_amount,
            lines.tax_exempt,
            rates_of_lines.scope,
            rates_of_lines.rate_position,
            rates_of_lines.tax_rate_id,
            rates_of_lines.is_inclusive,
            rates_of_lines.percentage_digits,
            coalesce(inclusive_rates.inclusive_digits, 0) as inclusive_digits
        from {{ lines }} as lines
        inner join rates_of_lines
            on lines.invoice_line_id = rates_of_lines.invoice_line_id
        left join inclusive_rates
            on lines.invoice_line_id = inclusive_rates.invoice_line_id
    ),

    {{ rates_rounded_by_line() if rounding == 'line' else rates_rounded_by_invoice() }},

    included as (
        select
            rounded.invoice_line_id,
            sum(rounded.rate_amount) as inclusive_amount
        from rounded
        where rounded.is_inclusive
        group by rounded.invoice_line_id
    )

    select
        taxed.invoice_id,
        taxed.invoice_line_id,
        taxed.scope,
        taxed.rate_position,
        taxed.tax_rate_id,
        taxed.is_inclusive,
        cast(taxed.amount - coalesce(included.inclusive_amount, 0) as bigint) as taxable_amount,
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
        {% for part in ['subtotal', 'line'] -%}
        {% if rounding == 'line' -%}
        {{ inclusive_tax_in('taxed.' ~ part ~ '_amount', 'taxed') }} as {{ part }}_tax_amount
        {%- else -%}
        case
            when taxed.is_inclusive then taxed.{{ part }}_rate_amount else cast(0 as bigint)
        end as {{ part }}_tax_amount
        {%- endif %}{{ ',' if not loop.last }}
        {% endfor %}
    from rounded as taxed
    left join included
        on taxed.invoice_line_id = included.invoice_line_id
{% endmacro %}

{# The inclusive tax of a rate in an amount of the line, rounded on the line; where nothing was
   taken off the amount it is what the line is charged, which spares a division. #}
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

{# The CTE `rounded`: each rate of each line rounded by itself. #}
{% macro rates_rounded_by_line() %}
    extracted as (
        select
            rated.*,
            cast(
                {{ divide_half_away(
                    "cast(rated.amount as decimal(38, 0)) * rated.percentage_digits",
                    "100000000000000 + rated.inclusive_digits"
                ) }} as bigint
            ) as included_amount
        from rated
        where rated.is_inclusive
    ),

    extracted_from_lines as (
        select
            extracted.invoice_line_id,
            sum(extracted.included_amount) as included_amount
        from extracted
        group by extracted.invoice_line_id
    ),

    rounded as (
        select
            extracted.invoice_id,
            extracted.invoice_line_id,
            extracted.amount,
            extracted.subtotal_amount,
            extracted.line_amount,
            extracted.tax_exempt,
            extracted.scope,
            extracted.rate_position,
            extracted.tax_rate_id,
            extracted.is_inclusive,
            extracted.percentage_digits,
            extracted.inclusive_digits,
            extracted.included_amount as rate_amount
        from extracted

        union all

        select
            rated.invoice_id,
            rated.invoice_line_id,
            rated.amount,
            rated.subtotal_amount,
            rated.line_amount,
            rated.tax_exempt,
            rated.scope,
            rated.rate_position,
            rated.tax_rate_id,
            rated.is_inclusive,
            rated.percentage_digits,
            rated.inclusive_digits,
            cast(
                {{ divide_half_away(
                    "cast(rated.amount - coalesce(extracted_from_lines.included_amount, 0)"
                    ~ " as decimal(38, 0)) * rated.percentage_digits",
                    "100000000000000"
                ) }} as bigint
            ) as rate_amount
        from rated
        left join extracted_from_lines
            on rated.invoice_line_id = extracted_from_lines.invoice_line_id
        where not rated.is_inclusive
    )
{%- endmacro %}

{# The CTE `rounded`: the running sum of each rate over its invoice rounded, line by line: of what
   is charged, and of what its inclusive rates are of the line before that was reduced. #}
{% macro rates_rounded_by_invoice() %}
    {%- set amounts = {
        'rate': 'amount', 'subtotal_rate': 'subtotal_amount', 'line_rate': 'line_amount'
    } -%}
    exact as (
        select
            rated.*
            {%- for name, amount in amounts.items() %},
            {{ exact_quotient(
                "cast(rated." ~ amount ~ " as decimal(38, 0)) * rated.percentage_digits",
                "100000000000000 + rated.inclusive_digits"
            ) }} as exact_{{ name }}_amount
            {%- endfor %}
        from rated
    ),

    summed as (
        select
            exact.*
            {%- for name in amounts %},
            sum(exact.exact_{{ name }}_amount) over in_invoice as {{ name }}_until
            {%- endfor %}
        from exact
        window
            in_invoice as (
                partition by exact.invoice_id, exact.tax_rate_id
                order by exact.line_position, exact.invoice_line_id, exact.rate_position
                rows between unbounded preceding and current row
            )
    ),

    rounded as (
        select
            summed.*
            {%- for name in amounts %},
            cast(
                {{ round_to_minor_units('round(summed.' ~ name ~ '_until, 15)') }}
                - {{ round_to_minor_units(
                    'round(summed.' ~ name ~ '_until - summed.exact_' ~ name ~ '_amount, 15)'
                ) }} as bigint
            ) as {{ name }}_amount
            {%- endfor %}
        from summed
    )
{%- endmacro %}
