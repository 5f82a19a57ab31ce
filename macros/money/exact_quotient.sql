{# The quotient of two integers with 18 places, rounded half away from zero in the last:
   DECIMAL(38,18), 20 digits before the point. The divisor is positive and has at most 19
   digits. Whole part and remainder are divided apart, so that no intermediate needs more than
   38 digits. #}
{% macro exact_quotient(numerator, divisor) -%}
    {%- set whole -%}{{ divide_half_away(numerator, divisor) }}{%- endset -%}
    {%- set remainder -%}
        (
            cast({{ numerator }} as decimal(38, 0))
            - cast({{ whole }} as decimal(38, 0)) * cast({{ divisor }} as decimal(38, 0))
        ) * 1000000000000000000
    {%- endset -%}
    (
        cast({{ whole }} as decimal(38, 18))
        + cast(
            cast({{ divide_half_away(remainder, divisor) }} as decimal(19, 0))
            * cast(0.000000000000000001 as decimal(18, 18)) as decimal(38, 18)
        )
    )
{%- endmacro %}
