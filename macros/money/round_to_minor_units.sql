{# The one rounding: an exact amount to whole minor units, half away from zero, once per invoice
   line. round() on a DECIMAL is half away from zero on every engine we run on, and the result has
   at most 14 digits, so the cast to BIGINT neither rounds nor overflows. #}
{% macro round_to_minor_units(exact_amount) %}
    {{- adapter.dispatch('round_to_minor_units', 'meterhouse')(exact_amount) -}}
{% endmacro %}

{% macro default__round_to_minor_units(exact_amount) -%}
    cast(round({{ exact_amount }}, 0) as bigint)
{%- endmacro %}

{# The same in half the time: DuckDB's round() and its casts that round divide 128-bit integers, its
   trunc() and comparisons hardly do. #}
{% macro duckdb__round_to_minor_units(exact_amount) -%}
    (
        cast(trunc({{ exact_amount }}) as bigint)
        + case
            when {{ exact_amount }} - trunc({{ exact_amount }}) >= 0.5 then 1
            when {{ exact_amount }} - trunc({{ exact_amount }}) <= -0.5 then -1
            else 0
        end
    )
{%- endmacro %}
