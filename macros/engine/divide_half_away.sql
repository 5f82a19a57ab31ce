{# The quotient of two integers, rounded half away from zero. The divisor is positive. Both are
   taken as 38-digit integers and doubled once: numerators up to 36 digits are exact. Where both are
   known to have at most 18 digits, `is_short` says so: 64-bit division is several times as fast.
   DuckDB's `//` on integers truncates toward zero, so the half is added with the numerator's sign.
   Every division in the project goes through this macro or floor_quotient. #}
{% macro divide_half_away(numerator, divisor, is_short=false) %}
    {{- adapter.dispatch('divide_half_away', 'meterhouse')(numerator, divisor, is_short) -}}
{% endmacro %}

{% macro default__divide_half_away(numerator, divisor, is_short) -%}
    cast(
        round(cast({{ numerator }} as decimal(38, 0)) / cast({{ divisor }} as decimal(38, 0)), 0)
        as decimal(38, 0)
    )
{%- endmacro %}

{% macro duckdb__divide_half_away(numerator, divisor, is_short) -%}
    {%- set integer = 'bigint' if is_short else 'hugeint' -%}
    (
        (
            2 * cast({{ numerator }} as {{ integer }})
            + case when ({{ numerator }}) < 0 then -1 else 1 end
            * cast({{ divisor }} as {{ integer }})
        ) // (2 * cast({{ divisor }} as {{ integer }}))
    )
{%- endmacro %}
