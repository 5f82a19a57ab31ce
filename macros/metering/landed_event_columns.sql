{# What an event says, and where it lies. #}
{% macro landed_event_columns(relation) %}
    {%- for name in [
        'batch_id', 'batch_row', 'identifier', 'event_name', 'stripe_customer_id', 'value',
        'payload', 'event_at', 'received_at', 'received_sequence', 'livemode',
    ] -%}
        {{ relation }}.{{ name }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{% endmacro %}
