{# How many whole packages a quantity fills (transform_quantity): `up` counts a started package,
   `down` only full ones. Integer arithmetic on the twelfth places; the quantity is not negative. #}
{% macro packages(quantity, divide_by, rounding) %}
    {{- adapter.dispatch('packages', 'meterhouse')(quantity, divide_by, rounding) -}}
{% endmacro %}

{% macro default__packages(quantity, divide_by, rounding) -%}
    cast(
        case
            when {{ rounding }} = 'up'
                then ceil(cast({{ quantity }} as decimal(38, 12)) / {{ divide_by }})
            else floor(cast({{ quantity }} as decimal(38, 12)) / {{ divide_by }})
        end as decimal(38, 12)
    )
{%- endmacro %}

{% macro duckdb__packages(quantity, divide_by, rounding) -%}
    cast(
        (
            {{ decimal_digits(quantity) }}
            + case
                when {{ rounding }} = 'up'
                    then cast({{ divide_by }} as hugeint) * 1000000000000 - 1
                else 0
            end
        ) // (cast({{ divide_by }} as hugeint) * 1000000000000)
        as decimal(38, 12)
    )
{%- endmacro %}

{# What a unit amount is multiplied by: the quantity or, where the price transforms it, packages of
   it; divide_by is null where it does not. #}
{% macro multiplied_quantity(quantity, divide_by, rounding) -%}
    case
        when {{ divide_by }} is null then cast({{ quantity }} as {{ quantity_type() }})
        else {{ packages(quantity, divide_by, rounding) }}
    end
{%- endmacro %}
