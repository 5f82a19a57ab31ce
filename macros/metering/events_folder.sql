{# Where a build keeps its events, as it stands in an SQL literal. #}
{% macro events_folder() %}
    {{- return(env_var('METERHOUSE_BUILD', 'target') | replace("'", "''") ~ '/events') -}}
{% endmacro %}
