{# The files beside the database that a pattern under events/ names, in the order of their names, as
   they stand in an SQL literal. #}
{% macro written_files(pattern) %}
    {%- set found = run_query(
        "select file from glob('" ~ events_folder() ~ '/' ~ pattern ~ "') order by file"
    ) -%}
    {{- return(found.columns[0].values() | map('replace', "'", "''") | list) -}}
{% endmacro %}


{# How many rows these files hold; 0 where there are none. #}
{% macro count_of_written_rows(pattern) %}
    {%- if not execute or not written_files(pattern) -%}
        {{- return(0) -}}
    {%- endif -%}
    {{- return(run_query(
        "select coalesce(sum(num_rows), 0) from parquet_file_metadata('"
        ~ events_folder() ~ '/' ~ pattern ~ "')"
    ).columns[0].values()[0] | int) -}}
{% endmacro %}
