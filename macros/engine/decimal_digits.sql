{# A DECIMAL(38,12) quantity as an integer count of its twelfth places: 1.5 is 1500000000000. Exact
   up to 26 digits before the point; NULL beyond. #}
{% macro decimal_digits(quantity) %}
    {{- adapter.dispatch('decimal_digits', 'meterhouse')(quantity) -}}
{% endmacro %}

{% macro default__decimal_digits(quantity) -%}
    cast({{ quantity }} * 1000000000000 as decimal(38, 0))
{%- endmacro %}

{% macro duckdb__decimal_digits(quantity) -%}
    try(
        cast(
            cast({{ quantity }} as decimal(38, 12)) * cast(1000000000000 as decimal(13, 0))
            as hugeint
        )
    )
{%- endmacro %}
