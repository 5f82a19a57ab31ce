{# Whether changes of licensed items prorate, and when what they come to is billed: the variable
   `proration_behavior`. Stripe takes it with each change and keeps it nowhere, so what landed
   cannot say. create_prorations, Stripe's default: on the next invoice; always_invoice: on one of
   its own at once; none: not at all. #}
{% macro proration_behavior() -%}
    {%- set behavior = var('proration_behavior', 'create_prorations') -%}
    {%- if behavior not in ['create_prorations', 'always_invoice', 'none'] -%}
        {{ exceptions.raise_compiler_error(
            "proration_behavior is '" ~ behavior
            ~ "'; it must be 'create_prorations', 'always_invoice' or 'none'."
        ) }}
    {%- endif -%}
    {{ behavior }}
{%- endmacro %}
