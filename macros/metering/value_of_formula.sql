{# The aggregate over pieces of usage (see pieces_of_usage) that a formula stands for. #}
{% macro value_of_formula(formula) -%}
    {%- if formula == 'sum' -%}
        sum(value_sum)
    {%- elif formula == 'count' -%}
        cast(sum(event_count) as {{ quantity_type() }})
    {%- elif formula == 'last' -%}
        {{ latest_piece() }}
    {%- elif formula == 'max' -%}
        max(value_max)
    {%- elif formula == 'min' -%}
        min(value_min)
    {%- elif formula == 'avg' -%}
        {{ exact_average('sum(value_sum)', 'sum(event_count)') }}
    {%- elif formula == 'unique_count' -%}
        cast(count(distinct unique_value) as {{ quantity_type() }})
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "There is no formula '" ~ formula ~ "'; there are: " ~ meter_formulas() | join(', ')
        ) }}
    {%- endif -%}
{%- endmacro %}


{# Every formula: Stripe's three, and ours beyond. #}
{% macro meter_formulas() %}
    {{- return(['sum', 'count', 'last', 'max', 'min', 'avg', 'unique_count']) -}}
{% endmacro %}
