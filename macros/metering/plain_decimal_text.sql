{# A payload's decimal number with its exponent written out, digit for digit: 1.5e-3 is 0.0015.
   Other texts, and those whose exponent has more than three digits, are left as they are. #}
{% macro plain_decimal_text(text) -%}
    {%- set mantissa = "split_part(lower(ltrim(" ~ text ~ ", '+-')), 'e', 1)" -%}
    {%- set digits = "replace(" ~ mantissa ~ ", '.', '')" -%}
    {%- set point -%}
        (
            length(split_part({{ mantissa }}, '.', 1))
            + cast(split_part(lower({{ text }}), 'e', 2) as integer)
        )
    {%- endset -%}
    case
        when not coalesce({{ matches_whole(
            text, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)[eE][+-]?0*[0-9]{1,3}'
        ) }}, false)
            then {{ text }}
        else concat(
            case when substr({{ text }}, 1, 1) = '-' then '-' else '' end,
            case
                when {{ point }} <= 0
                    then concat('0.', repeat('0', -{{ point }}), {{ digits }})
                when {{ point }} >= length({{ digits }})
                    then concat({{ digits }}, repeat('0', {{ point }} - length({{ digits }})))
                else concat(
                    substr({{ digits }}, 1, {{ point }}), '.', substr({{ digits }}, {{ point }} + 1)
                )
            end
        )
    end
{%- endmacro %}
