{# The one value that a meter's formula makes of merged state. Each argument is an expression over a
   group: the formula, the sum, the count, the extremes, the latest value and the number of distinct
   values. NULL where the group has nothing to say; what stands for no usage is the caller's. #}
{% macro aggregated_value(
    formula, value_sum, event_count, value_min, value_max, last_value, values
) -%}
    case {{ formula }}
        when 'sum' then {{ value_sum }}
        when 'count' then cast({{ event_count }} as {{ quantity_type() }})
        when 'last' then {{ last_value }}
        when 'max' then {{ value_max }}
        when 'min' then {{ value_min }}
        when 'avg' then {{ exact_average(value_sum, event_count) }}
        when 'unique_count' then cast({{ values }} as {{ quantity_type() }})
    end
{%- endmacro %}
