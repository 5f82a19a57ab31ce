{# A DECIMAL(38,12) quantity as an integer count of its twelfth places: 1.5 is 1500000000000. Exact
   for all of its 26 digits before the point. #}
{% macro decimal_digits(quantity) %}
    {{- adapter.dispatch('decimal_digits', 'meterhouse')(quantity) -}}
{% endmacro %}

{% macro default__decimal_digits(quantity) -%}
    cast({{ quantity }} * 1000000000000 as decimal(38, 0))
{%- endmacro %}

{# The whole and the fraction apart: as one product, a quantity of 15 digits before the point would
   need 39. #}
{% macro duckdb__decimal_digits(quantity) -%}
    (
        cast(trunc(cast({{ quantity }} as decimal(38, 12))) as hugeint)
        * cast(1000000000000 as hugeint)
        + cast(
            (
                cast({{ quantity }} as decimal(38, 12))
                - trunc(cast({{ quantity }} as decimal(38, 12)))
            ) * cast(1000000000000 as decimal(13, 0))
            as hugeint
        )
    )
{%- endmacro %}
