{# Whether a payload's text is a decimal number that DECIMAL(38,12) holds exactly, with room for
   sums: up to 15 digits before the point and 12 after it, other than zeros. A full match decides
   before any cast, because casts round what does not fit. #}
{% macro is_quantity_text(text) -%}
    (
        {{ is_decimal_text(text) }}
        and {{ matches_whole(text, '[+-]?0*[0-9]{0,15}([.][0-9]{0,12}0*)?') }}
    )
{%- endmacro %}
