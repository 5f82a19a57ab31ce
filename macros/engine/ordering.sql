{# Several values as one, compared from the left: what `latest_by` orders by. #}
{% macro ordering(values) %}
    {{- adapter.dispatch('ordering', 'meterhouse')(values) -}}
{% endmacro %}

{% macro default__ordering(values) %}struct({{ values | join(', ') }}){% endmacro %}

{% macro duckdb__ordering(values) %}row({{ values | join(', ') }}){% endmacro %}
