{# A day as Stripe writes it in descriptions: 03 Jan 2024. #}
{% macro day_text(timestamp) %}
    {{- adapter.dispatch('day_text', 'meterhouse')(timestamp) -}}
{% endmacro %}

{% macro default__day_text(timestamp) %}date_format({{ timestamp }}, 'dd MMM yyyy'){% endmacro %}

{% macro duckdb__day_text(timestamp) %}strftime({{ timestamp }}, '%d %b %Y'){% endmacro %}
