{# A quantity as people write it: every digit, no exponent, no trailing zeros: 1000, 0.25. As
   text it always has a point and twelve places, so only zeros behind the point are taken off. #}
{% macro quantity_text(quantity) %}
    {{- adapter.dispatch('quantity_text', 'meterhouse')(quantity) -}}
{% endmacro %}

{% macro default__quantity_text(quantity) -%}
    rtrim(rtrim(cast(cast({{ quantity }} as decimal(38, 12)) as varchar), '0'), '.')
{%- endmacro %}

{# Whole quantities, which most are, are half as dear to write without places. #}
{% macro duckdb__quantity_text(quantity) -%}
    {%- set exact -%}cast({{ quantity }} as decimal(38, 12)){%- endset -%}
    case
        when {{ exact }} = trunc({{ exact }}) then cast(trunc({{ exact }}) as varchar)
        else rtrim(cast({{ exact }} as varchar), '0')
    end
{%- endmacro %}
