{# The first quarter-hour that lies in a period as a whole, given the period's start. The first that
   does not is quarter_hour of its end. #}
{% macro first_whole_quarter_hour(period_start) -%}
    {{ quarter_hour(period_start) }}
        + case when {{ is_quarter_hour(period_start) }} then 0 else 1 end
{%- endmacro %}
