{# A quantity as people write it: every digit, no exponent, no trailing zeros: 1000, 0.25. #}
{% macro quantity_text(quantity) -%}
    regexp_replace(cast(cast({{ quantity }} as decimal(38, 12)) as varchar), '\.?0+$', '')
{%- endmacro %}
