{# The number of the window of so many quarter-hours that holds a quarter-hour, counted from 1970.
   #}
{% macro whole_windows(quarter_hour, quarter_hours) %}
    {{- adapter.dispatch('whole_windows', 'meterhouse')(quarter_hour, quarter_hours) -}}
{% endmacro %}

{% macro default__whole_windows(quarter_hour, quarter_hours) -%}
    cast(floor({{ quarter_hour }} / {{ quarter_hours }}) as int)
{%- endmacro %}

{% macro duckdb__whole_windows(quarter_hour, quarter_hours) -%}
    (({{ quarter_hour }} + 9600000) // {{ quarter_hours }} - 9600000 // {{ quarter_hours }})
{%- endmacro %}
