{# A price's interval as a step on the calendar: so many months or so many seconds, never both. #}
{% macro interval_step_months(recurring_interval, recurring_interval_count) -%}
    case {{ recurring_interval }}
        when 'month' then {{ recurring_interval_count }}
        when 'year' then {{ recurring_interval_count }} * 12
        else 0
    end
{%- endmacro %}

{% macro interval_step_seconds(recurring_interval, recurring_interval_count) -%}
    case {{ recurring_interval }}
        when 'day' then {{ recurring_interval_count }} * 86400
        when 'week' then {{ recurring_interval_count }} * 604800
        else 0
    end
{%- endmacro %}
