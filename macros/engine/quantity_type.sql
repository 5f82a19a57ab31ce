{# Every quantity and every unit price: 26 digits before the point, 12 after it. #}
{% macro quantity_type() %}decimal(38, 12){% endmacro %}
