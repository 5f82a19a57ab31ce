{# The line's amount without tax for one unit, as Stripe's string: rounded to a whole minor unit
   half away from zero, NULL where the quantity is 0. Most quantities are whole and at most 15
   digits long: those are divided as they are, others by the count of their twelfth places. #}
{% macro unit_amount_excluding_tax(amount_excluding_tax, quantity) -%}
    case
        when {{ quantity }} = 0 then null
        when {{ quantity }} = 1 then cast({{ amount_excluding_tax }} as varchar)
        when
            {{ amount_excluding_tax }} between -999999999999999 and 999999999999999
            and {{ quantity }} > 0
            and {{ quantity }} < 1000000000000000
            and {{ quantity }} = trunc({{ quantity }})
            then cast(
                {{ divide_half_away(
                    amount_excluding_tax, "trunc(" ~ quantity ~ ")", is_short=true
                ) }} as varchar
            )
        else cast(
            {{ divide_half_away(
                "cast(" ~ amount_excluding_tax ~ " as decimal(38, 0)) * 1000000000000",
                decimal_digits(quantity)
            ) }}
            as varchar
        )
    end
{%- endmacro %}
