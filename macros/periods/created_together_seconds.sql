{# An item created this long after its subscription, or after the version that brings it, at most,
   was created with it, and begins with it: Stripe writes the two a second or so apart. #}
{% macro created_together_seconds() -%}
    {{ var('subscription_item_created_together_seconds', 60) }}
{%- endmacro %}
