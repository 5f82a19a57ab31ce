{# Metering models keep their own former rows and add what a run brings; these macros give a model
   its former self. In the first run, and where a run has to start anew (see metering_run), there
   are none. #}

{# The rows that a model had before this run. `columns` maps their names to their types. #}
{% macro former_rows(name, columns, schema='intermediate') %}
    {{- rows_of(none if metering_starts_anew() else former_relation(name, schema), columns) -}}
{% endmacro %}


{# The same, wherever a run starts: what decides whether it starts anew looks at them. #}
{% macro left_rows(name, columns) %}
    {{- rows_of(former_relation(name), columns) -}}
{% endmacro %}


{% macro rows_of(relation, columns) %}
    {%- if relation is none %}
    select
        {%- for column, type in columns.items() %}
        cast(null as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
    {%- else %}
    select
        {%- for column in columns %}
        {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    {%- endif %}
{% endmacro %}


{# The relation that an earlier run left under a model's name, or none. #}
{% macro former_relation(name, schema='intermediate') %}
    {%- if not execute -%}
        {{- return(none) -}}
    {%- endif -%}
    {{- return(adapter.get_relation(database=this.database, schema=schema, identifier=name)) -}}
{% endmacro %}


{# Whether this run makes metering from all that has landed, rather than adding to what is there. #}
{% macro metering_starts_anew() %}
    {%- set run = ref('metering_run') -%}
    {%- if not execute -%}
        {{- return(true) -}}
    {%- endif -%}
    {{- return(run_query('select reason is not null from ' ~ run).columns[0].values()[0]) -}}
{% endmacro %}


{# The number of this run of metering: what a run adds carries it. #}
{% macro metering_run_number() %}
    {%- set run = ref('metering_run') -%}
    {%- if not execute -%}
        {{- return(1) -}}
    {%- endif -%}
    {{- return(run_query('select run_number from ' ~ run).columns[0].values()[0] | int) -}}
{% endmacro %}
