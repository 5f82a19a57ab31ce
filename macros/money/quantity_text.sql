{# A quantity as people write it: every digit, no exponent, no trailing zeros: 1000, 0.25. As
   text it always has a point and twelve places, so only zeros behind the point are taken off. #}
{% macro quantity_text(quantity) -%}
    rtrim(rtrim(cast(cast({{ quantity }} as decimal(38, 12)) as varchar), '0'), '.')
{%- endmacro %}
