{# The part of an amount that falls to `seconds` out of `full_seconds`, exact enough to be rounded:
   twelve places, what is beyond cut off, so that rounding it half away from zero gives what
   rounding the exact quotient would. The amount is in minor units with at most 14 digits before the
   point and 12 after it; seconds are not negative, and at most 3,000 years. #}
{% macro prorated_amount(amount, seconds, full_seconds) -%}
    {%- set digits -%}{{ decimal_digits('abs(' ~ amount ~ ')') }}{%- endset -%}
    cast(
        case when {{ amount }} < 0 then -1 else 1 end
        * cast(
            {{ floor_quotient(
                "cast(" ~ digits ~ " as decimal(38, 0)) * (" ~ seconds ~ ")", full_seconds
            ) }} as decimal(26, 0)
        )
        * cast(0.000000000001 as decimal(12, 12))
        as {{ exact_amount_type() }}
    )
{%- endmacro %}
