{# An amount in minor units before rounding: what exact_product gives. #}
{% macro exact_amount_type() %}decimal(38, 24){% endmacro %}
