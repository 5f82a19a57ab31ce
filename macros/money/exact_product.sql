{# A quantity times a unit price, every digit kept: DECIMAL(38,12) x DECIMAL(38,12) is
   DECIMAL(38,24), which leaves 14 digits before the point. A product that needs more is NULL here
   and becomes a row in the error mart (`amount_out_of_range`); it never aborts a build. Every
   multiplication of money in the project goes through this macro. #}
{% macro exact_product(quantity, unit_amount) %}
    {{- adapter.dispatch('exact_product', 'meterhouse')(quantity, unit_amount) -}}
{% endmacro %}

{% macro default__exact_product(quantity, unit_amount) -%}
    try_multiply(
        cast({{ quantity }} as decimal(38, 12)), cast({{ unit_amount }} as decimal(38, 12))
    )
{%- endmacro %}

{% macro duckdb__exact_product(quantity, unit_amount) -%}
    try(
        cast({{ quantity }} as decimal(38, 12)) * cast({{ unit_amount }} as decimal(38, 12))
    )
{%- endmacro %}
