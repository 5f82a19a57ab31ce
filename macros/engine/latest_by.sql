{# The value of the row with the greatest ordering, among the rows whose value is not null. #}
{% macro latest_by(value, ordering) %}
    {{- adapter.dispatch('latest_by', 'meterhouse')(value, ordering) -}}
{% endmacro %}

{% macro default__latest_by(value, ordering) -%}
    max_by({{ value }}, case when {{ value }} is not null then {{ ordering }} end)
{%- endmacro %}

{% macro duckdb__latest_by(value, ordering) -%}
    arg_max({{ value }}, {{ ordering }})
{%- endmacro %}
