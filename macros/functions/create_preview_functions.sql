{# What previews ask of the rules besides running the steps: previews.amount_of(quantity,
   unit_amount), the amount of an invoice item in minor units, null where it does not fit. #}
{% macro create_preview_functions() %}
    create schema if not exists previews;
    create or replace macro previews.amount_of(quantity, unit_amount) as
        {{ round_to_minor_units(exact_product('quantity', 'unit_amount')) }};
{% endmacro %}
