{# The whole number of times a positive divisor goes into a numerator that is not negative. #}
{% macro floor_quotient(numerator, divisor) %}
    {{- adapter.dispatch('floor_quotient', 'meterhouse')(numerator, divisor) -}}
{% endmacro %}

{% macro default__floor_quotient(numerator, divisor) -%}
    cast(
        floor(cast({{ numerator }} as decimal(38, 0)) / cast({{ divisor }} as decimal(38, 0)))
        as decimal(38, 0)
    )
{%- endmacro %}

{% macro duckdb__floor_quotient(numerator, divisor) -%}
    (cast({{ numerator }} as hugeint) // cast({{ divisor }} as hugeint))
{%- endmacro %}
