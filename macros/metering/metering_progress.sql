{# How far a run of metering came. A run changes some models in place and lets others read their
   former selves; each of these notes the run when it has taken part in it. A run that finds one
   missing knows that the run before it was killed, or was not asked for all of metering, and
   starts anew. The table is written in the transaction of the model itself, so it never says more
   than was done. #}

{# The models that a later run relies on. #}
{% macro models_of_a_run() %}
    {{- return([
        'meter_event_identifier_hashes', 'meter_events', 'meter_event_counts',
        'meter_event_errors', 'meter_event_conflicts', 'meter_quarter_hours',
        'meter_quarter_hour_values', 'meter_days',
    ]) -}}
{% endmacro %}


{# Whether each of them is still there, as SQL. #}
{% macro are_models_left() %}
    {%- for name in models_of_a_run() -%}
        {%- set schema = 'main' if name.endswith(('_errors', '_conflicts')) else 'intermediate' -%}
        {%- if former_relation(name, schema) is none -%}
            {{- return('false') -}}
        {%- endif -%}
    {%- endfor -%}
    {{- return('true') -}}
{% endmacro %}


{# The run of metering in which a model last took part; 0 before the first. #}
{% macro last_run_of(name) %}
    {%- do run_query(
        'create table if not exists intermediate.metering_progress '
        ~ '(model varchar not null, run_number integer not null)'
    ) -%}
    {{- return(run_query(
        "select coalesce(max(run_number), 0) from intermediate.metering_progress where model = '"
        ~ name ~ "'"
    ).columns[0].values()[0] | int) -}}
{% endmacro %}


{# Also a post-hook, of the models that dbt makes as tables. #}
{% macro note_run_of(name) %}
    {%- if execute and last_run_of(name) < metering_run_number() -%}
        {%- do run_statements([
            "delete from intermediate.metering_progress where model = '" ~ name ~ "'",
            "insert into intermediate.metering_progress values ('" ~ name ~ "', "
            ~ metering_run_number() ~ ')',
        ]) -%}
    {%- endif -%}
{% endmacro %}


{# How many events the build's event files hold; 0 where there are none. #}
{% macro count_of_event_files() %}
    {{- return(count_of_written_rows('event_month=*/*.parquet')) -}}
{% endmacro %}
