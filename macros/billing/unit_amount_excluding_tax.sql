{# The line's amount without tax for one unit, as Stripe's string: rounded to a whole minor unit
   half away from zero, NULL where the quantity is 0. #}
{% macro unit_amount_excluding_tax(amount_excluding_tax, quantity) -%}
    case
        when {{ quantity }} = 0 then null
        when {{ quantity }} = 1 then cast({{ amount_excluding_tax }} as varchar)
        else cast(
            {{ divide_half_away(
                "cast(" ~ amount_excluding_tax ~ " as decimal(38, 0)) * 1000000000000",
                decimal_digits(quantity)
            ) }}
            as varchar
        )
    end
{%- endmacro %}
