{# A unit price as Stripe prints it in a line's description: the currency's symbol, thousands
   separated, at least the currency's decimal places and as many more as the price needs: $0.036,
   $0.00, ¥500, ₹298,800.00, CHF 25.00. `unit_amount` is in minor units, `digits` the currency's
   decimal places: the point is moved by as many in the text, which any price fits. #}
{% macro price_text(unit_amount, symbol, digits) -%}
    {%- set minor -%}
        cast(abs(cast({{ unit_amount }} as decimal(38, 12))) as varchar)
    {%- endset -%}
    {%- set whole -%}split_part({{ minor }}, '.', 1){%- endset -%}
    {%- set padded -%}
        lpad({{ whole }}, cast(greatest(length({{ whole }}), {{ digits }} + 1) as integer), '0')
    {%- endset -%}
    {%- set fraction -%}
        rtrim(concat(right({{ padded }}, {{ digits }}), split_part({{ minor }}, '.', 2)), '0')
    {%- endset -%}
    concat(
        case when {{ unit_amount }} < 0 then '-' else '' end,
        {{ symbol }},
        {{ thousands_text("left(" ~ padded ~ ", length(" ~ padded ~ ") - " ~ digits ~ ")") }},
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
