{# Where a build keeps its events. #}
{% macro events_folder() %}
    {{- return(env_var('METERHOUSE_BUILD', 'target') ~ '/events') -}}
{% endmacro %}
