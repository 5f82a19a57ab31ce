{# The id of an event summary: a function of what was asked, never of an ordinal. Times are whole
   seconds; the window is 'hour', 'day' or null for one summary of the whole range. #}
{% macro summary_id(meter, customer, start_seconds, end_seconds, window) -%}
    {{ stable_id('mtrusg_', [meter, customer, start_seconds, end_seconds, window]) }}
{%- endmacro %}
