{# A timestamp moved by whole months, forward or back; a day the month lacks becomes its last. #}
{% macro plus_months(timestamp, months) %}
    {{- adapter.dispatch('plus_months', 'meterhouse')(timestamp, months) -}}
{% endmacro %}

{% macro default__plus_months(timestamp, months) -%}
    timestampadd(month, {{ months }}, {{ timestamp }})
{%- endmacro %}

{% macro duckdb__plus_months(timestamp, months) -%}
    ({{ timestamp }} + to_months(cast({{ months }} as integer)))
{%- endmacro %}
