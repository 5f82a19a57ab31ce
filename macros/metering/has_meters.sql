{# Whether any meter meets a condition on the columns of meter_keys. Asked beforehand, so that a
   statement leaves out what no meter needs: a column that is always null costs a sort or a group
   as much as any other. Unknown while parsing: true. #}
{% macro has_meters(condition) %}
    {%- set meters = ref('meter_keys') -%}
    {%- if not execute -%}
        {{- return(true) -}}
    {%- endif -%}
    {{- return(run_query(
        'select count(*) from ' ~ meters ~ ' where ' ~ condition
    ).columns[0].values()[0] > 0) -}}
{% endmacro %}
