{# A timestamp moved by whole seconds, forward or back. #}
{% macro plus_seconds(timestamp, seconds) %}
    {{- adapter.dispatch('plus_seconds', 'meterhouse')(timestamp, seconds) -}}
{% endmacro %}

{% macro default__plus_seconds(timestamp, seconds) -%}
    timestampadd(second, {{ seconds }}, {{ timestamp }})
{%- endmacro %}

{% macro duckdb__plus_seconds(timestamp, seconds) -%}
    ({{ timestamp }} + to_seconds({{ seconds }}))
{%- endmacro %}
