{# The id of our own draft of the invoice that a subscription's boundary raises: a function of the
   subscription and the boundary, so that a summary can name the invoice without reading it. #}
{% macro draft_invoice_id(subscription_id, boundary) -%}
    {{ draft_invoice_id_at(subscription_id, unix_seconds(boundary)) }}
{%- endmacro %}

{# The same, the boundary given in whole seconds since 1970. #}
{% macro draft_invoice_id_at(subscription_id, boundary_seconds) -%}
    {{ stable_id('in_', [subscription_id, boundary_seconds]) }}
{%- endmacro %}
