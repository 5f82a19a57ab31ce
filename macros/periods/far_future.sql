{# Later than any boundary: the end of what has no end. #}
{% macro far_future() %}timestamp '9999-12-31 00:00:00'{% endmacro %}
