{# Where a build keeps its events, as it stands in an SQL literal. While dbt parses, no build is
   asked for: dbt would parse the models that name it anew for each. #}
{% macro events_folder() %}
    {%- set build = env_var('METERHOUSE_BUILD', 'target') if execute else 'target' -%}
    {{- return(build | replace("'", "''") ~ '/events') -}}
{% endmacro %}
