{# The table functions stored in the published file, in the order in which they depend on each other. #}
{% macro create_table_functions() %}
    {% if execute and flags.WHICH in ('run', 'build') %}
        {# registered here: one call of create_<name>_function() a line #}
    {% endif %}
{% endmacro %}
