{# Whether a payload's text is a decimal number at all: digits, a point, a sign, an exponent. #}
{% macro is_decimal_text(text) -%}
    coalesce({{ matches_whole(
        text, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?'
    ) }}, false)
{%- endmacro %}
