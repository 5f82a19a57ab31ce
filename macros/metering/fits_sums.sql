{# Whether a value has at most 15 digits before the point, so that a sum of 10^11 of them fits
   DECIMAL(38,12). #}
{% macro fits_sums(value) -%}
    (abs({{ value }}) < 1000000000000000)
{%- endmacro %}
