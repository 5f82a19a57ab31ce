{# Whether a version of a customer was in force when a draft was raised. `draft` has customer_id and
   created_at, `customer` is a row of int_customer_versions. #}
{% macro is_customer_then(draft, customer) -%}
    {{ draft }}.customer_id = {{ customer }}.customer_id
            and coalesce({{ draft }}.created_at >= {{ customer }}.valid_from, true)
            and {{ draft }}.created_at < {{ customer }}.valid_until
{%- endmacro %}
