{# How many whole packages a quantity fills (transform_quantity): up counts a started package, down
   only full ones. Integer arithmetic on the twelfth places; the quantity is not negative. #}
{% macro packages(quantity, divide_by, rounding) -%}
    cast(
        {{ floor_quotient(
            "(" ~ decimal_digits(quantity) ~ " + case when " ~ rounding ~ " = 'up' then "
            ~ divide_by ~ " * cast(1000000000000 as bigint) - 1 else 0 end)",
            divide_by ~ " * cast(1000000000000 as bigint)"
        ) }}
        as decimal(38, 12)
    )
{%- endmacro %}
