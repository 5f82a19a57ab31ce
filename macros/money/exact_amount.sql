{# A whole amount in minor units as an exact one. One of more than 14 digits is NULL here, as a
   product of that size is (exact_product), and becomes a row in the error mart
   (`amount_out_of_range`). #}
{% macro exact_amount(amount) -%}
    case
        when {{ amount }} between -99999999999999 and 99999999999999
            then cast({{ amount }} as {{ exact_amount_type() }})
    end
{%- endmacro %}
