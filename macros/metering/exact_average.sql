{# A sum divided by a count, rounded half away from zero to 12 places, exactly. The sum is taken as
   an integer count of twelfth places and divided as one: values stay below 10^15, so up to 10^9 of
   them have at most 36 digits, the bound of divide_half_away. #}
{% macro exact_average(value_sum, event_count) -%}
    cast(
        cast(
            {{ divide_half_away(decimal_digits(value_sum), 'nullif(' ~ event_count ~ ', 0)') }}
            as decimal(38, 0)
        ) * cast(0.000000000001 as decimal(13, 12))
        as {{ quantity_type() }}
    )
{%- endmacro %}
