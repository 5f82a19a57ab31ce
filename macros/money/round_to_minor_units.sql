{# The one rounding: an exact amount to whole minor units, half away from zero, once per invoice
   line. round() on a DECIMAL is half away from zero on every engine we run on, and the result has
   at most 14 digits, so the cast to BIGINT neither rounds nor overflows. #}
{% macro round_to_minor_units(exact_amount) -%}
    cast(round({{ exact_amount }}, 0) as bigint)
{%- endmacro %}
