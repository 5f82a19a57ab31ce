{# A usage record's timestamp may lie this far in the future of its receipt, inclusive. #}
{% macro usage_record_future_seconds() -%}
    {{ var('usage_record_future_seconds', 300) }}
{%- endmacro %}
