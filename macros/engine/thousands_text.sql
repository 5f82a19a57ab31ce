{# A whole number with commas between thousands: 1234567 is 1,234,567. #}
{% macro thousands_text(integer_text) %}
    {{- adapter.dispatch('thousands_text', 'meterhouse')(integer_text) -}}
{% endmacro %}

{% macro default__thousands_text(integer_text) -%}
    format_number(cast({{ integer_text }} as decimal(38, 0)), 0)
{%- endmacro %}

{% macro duckdb__thousands_text(integer_text) -%}
    format('{:,}', cast({{ integer_text }} as hugeint))
{%- endmacro %}
