{# The id of our own draft of the invoice that a subscription's boundary raises: a function of the
   subscription and the boundary, so that a summary can name the invoice without reading it. #}
{% macro draft_invoice_id(subscription_id, boundary) -%}
    {{ stable_id('in_', [subscription_id, unix_seconds(boundary)]) }}
{%- endmacro %}
