{# The quotient of two integers, rounded half away from zero. The divisor is positive. Both are
   taken as 38-digit integers and doubled once: numerators up to 36 digits are exact. DuckDB's `//`
   on integers truncates toward zero, so the half is added with the numerator's sign. Every division
   in the project goes through this macro or floor_quotient. #}
{% macro divide_half_away(numerator, divisor) %}
    {{- adapter.dispatch('divide_half_away', 'meterhouse')(numerator, divisor) -}}
{% endmacro %}

{% macro default__divide_half_away(numerator, divisor) -%}
    cast(
        round(cast({{ numerator }} as decimal(38, 0)) / cast({{ divisor }} as decimal(38, 0)), 0)
        as decimal(38, 0)
    )
{%- endmacro %}

{% macro duckdb__divide_half_away(numerator, divisor) -%}
    (
        (
            2 * cast({{ numerator }} as hugeint)
            + case when ({{ numerator }}) < 0 then -1 else 1 end * cast({{ divisor }} as hugeint)
        ) // (2 * cast({{ divisor }} as hugeint))
    )
{%- endmacro %}
