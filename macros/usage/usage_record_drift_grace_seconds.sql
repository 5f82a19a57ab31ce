{# For so long after a period's end, usage of so long before it is still taken, for prices that
   sum: clocks drift. It lands in the period of its own timestamp, whose invoice is a draft then. #}
{% macro usage_record_drift_grace_seconds() -%}
    {{ var('usage_record_drift_grace_seconds', 300) }}
{%- endmacro %}
