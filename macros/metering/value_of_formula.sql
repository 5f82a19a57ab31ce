{# The aggregate over pieces of usage (see pieces_of_usage) that a formula is made of, and what
   makes it the formula's value: an average is a sum until it is divided by its count. #}
{% macro value_of_formula(formula) -%}
    {%- if formula in ['sum', 'avg'] -%}
        sum(value_sum)
    {%- elif formula == 'count' -%}
        cast(sum(event_count) as {{ quantity_type() }})
    {%- elif formula == 'last' -%}
        {{ latest_piece() }}
    {%- elif formula == 'max' -%}
        max(value_max)
    {%- elif formula == 'min' -%}
        min(value_min)
    {%- elif formula == 'unique_count' -%}
        cast(count(distinct unique_value) as {{ quantity_type() }})
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "There is no formula '" ~ formula ~ "'; there are: " ~ meter_formulas() | join(', ')
        ) }}
    {%- endif -%}
{%- endmacro %}


{% macro finished_value(formula, merged, event_count) -%}
    {%- if formula == 'avg' -%}
        {{ exact_average(merged, event_count) }}
    {%- else -%}
        {{ merged }}
    {%- endif -%}
{%- endmacro %}


{# Every formula: Stripe's three, and ours beyond. #}
{% macro meter_formulas() %}
    {{- return(['sum', 'count', 'last', 'max', 'min', 'avg', 'unique_count']) -}}
{% endmacro %}
