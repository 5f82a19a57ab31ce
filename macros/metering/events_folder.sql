{# Where a build keeps its effective events. #}
{% macro events_folder() -%}
    {{ env_var('METERHOUSE_BUILD', 'data/builds/dev') }}/events
{%- endmacro %}
