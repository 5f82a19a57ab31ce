{# The error that a question about an unknown meter deserves. #}
{% macro no_such_meter(meter) -%}
    error(concat('No such meter: ''', {{ meter }}, '''.'))
{%- endmacro %}
