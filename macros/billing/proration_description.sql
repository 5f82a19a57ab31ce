{# A proration's text, as Stripe writes it: `Unused time on Gold after 16 Jan 2024`, `Remaining time
   on 57 × Gold after 16 Jan 2024 (with 35.0% off)`. `percent_off` is null where no discount, or not
   just one percentage, is in the amount. Source: Stripe's prorations page. #}
{% macro proration_description(part, quantity, product_name, from_at, percent_off) -%}
    concat(
        case when {{ part }} = 'unused_time' then 'Unused' else 'Remaining' end,
        ' time on ',
        case
            when {{ quantity }} = 1 then ''
            else concat({{ quantity_text(quantity) }}, ' × ')
        end,
        {{ product_name }},
        ' after ',
        {{ day_text(from_at) }},
        case
            when {{ percent_off }} is null then ''
            else concat(
                ' (with ',
                {{ quantity_text(percent_off) }},
                case when {{ percent_off }} = floor({{ percent_off }}) then '.0' else '' end,
                '% off)'
            )
        end
    )
{%- endmacro %}
