{# What previews ask of the rules besides running the steps: previews.amount_of(quantity,
   unit_amount, divide_by, rounding), the amount of an invoice item in minor units, in packages
   where its price transforms the quantity (divide_by is null where it does not); null where it
   does not fit. #}
{% macro create_preview_functions() %}
    create schema if not exists previews;
    create or replace macro previews.amount_of(quantity, unit_amount, divide_by, rounding) as
        {{ round_to_minor_units(exact_product(
            'case when divide_by is null then quantity else '
            ~ packages('quantity', 'divide_by', 'rounding') ~ ' end',
            'unit_amount'
        )) }};
{% endmacro %}
