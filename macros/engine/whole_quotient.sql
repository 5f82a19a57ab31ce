{# Whole quotients of BIGINT counts that are not negative: seconds in quarter-hours, quarter-hours
   in days. #}
{% macro whole_quotient(numerator, divisor) %}
    {{- adapter.dispatch('whole_quotient', 'meterhouse')(numerator, divisor) -}}
{% endmacro %}

{% macro default__whole_quotient(numerator, divisor) -%}
    cast(floor(({{ numerator }}) / ({{ divisor }})) as bigint)
{%- endmacro %}

{% macro duckdb__whole_quotient(numerator, divisor) -%}
    (({{ numerator }}) // ({{ divisor }}))
{%- endmacro %}
