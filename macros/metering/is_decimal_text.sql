{# Whether a payload's text is a decimal number at all: digits, one point, one sign, one exponent. #}
{% macro is_decimal_text(text) -%}
    coalesce({{ matches_whole(
        text, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?'
    ) }}, false)
{%- endmacro %}
