{# A unit price as Stripe prints it in a line's description: the currency's symbol, thousands
   separated, at least the currency's decimal places and as many more as the price needs: $0.036,
   $0.00, ¥500, ₹298,800.00, CHF 25.00. `unit_amount` is in minor units, `digits` the currency's
   decimal places, `major_per_minor` one minor unit in major units (1, 0.01, 0.001). #}
{% macro price_text(unit_amount, symbol, digits, major_per_minor) -%}
    {%- set major -%}
        cast(abs(cast({{ unit_amount }} as decimal(38, 12)) * {{ major_per_minor }}) as varchar)
    {%- endset -%}
    {%- set fraction -%}rtrim(split_part({{ major }}, '.', 2), '0'){%- endset -%}
    concat(
        case when {{ unit_amount }} < 0 then '-' else '' end,
        {{ symbol }},
        {{ thousands_text("split_part(" ~ major ~ ", '.', 1)") }},
        case
            when {{ digits }} = 0 and {{ fraction }} = '' then ''
            else concat(
                '.',
                rpad(
                    {{ fraction }},
                    cast(greatest(length({{ fraction }}), {{ digits }}) as integer),
                    '0'
                )
            )
        end
    )
{%- endmacro %}
