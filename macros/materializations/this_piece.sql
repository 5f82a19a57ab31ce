{# Stands in a model's SQL for the condition that picks one piece of its input. It is true, so the
   model as compiled means all of it; a materialization that works piece by piece puts the piece's
   own condition in its place. #}
{% macro this_piece() %}{{ return('(1 = 1 /* piece */)') }}{% endmacro %}


{# Stands for the condition under which the part of a model that cannot be taken in pieces is made:
   once, after the pieces. #}
{% macro after_pieces() %}{{ return('(1 = 1 /* after the pieces */)') }}{% endmacro %}


{# The model's SQL over one piece of its input, or over what comes after the pieces. #}
{% macro sql_of_piece(sql, condition) %}
    {{- return(
        sql | replace(this_piece(), '(' ~ condition ~ ')') | replace(after_pieces(), 'false')
    ) -}}
{% endmacro %}

{% macro sql_after_pieces(sql) %}
    {{- return(sql | replace(this_piece(), 'false') | replace(after_pieces(), 'true')) -}}
{% endmacro %}


{# Parquet files in pieces of up to `rows` rows, each as a condition on the columns that hold a
   row's file and its number in it: small files together, a larger one on its own and by row
   numbers. #}
{% macro pieces_of_files(pattern, rows, file_column, row_column) %}
    {%- set files = run_query(
        "select file_name, num_rows from parquet_file_metadata('" ~ pattern
        ~ "') where num_rows > 0 order by file_name"
    ).rows -%}
    {%- set pieces = [] -%}
    {%- set together = namespace(names=[], rows=0) -%}
    {%- for file in files -%}
        {%- if file[1] > rows -%}
            {%- for first in range(0, file[1] | int, rows) -%}
                {%- do pieces.append(
                    file_column ~ " = '" ~ file[0] ~ "' and "
                    ~ row_column ~ ' >= ' ~ first ~ ' and ' ~ row_column ~ ' < ' ~ (first + rows)
                ) -%}
            {%- endfor -%}
        {%- else -%}
            {%- if together.rows + file[1] > rows -%}
                {%- do pieces.append(in_list(file_column, together.names)) -%}
                {%- set together.names = [] -%}
                {%- set together.rows = 0 -%}
            {%- endif -%}
            {%- set together.names = together.names + [file[0]] -%}
            {%- set together.rows = together.rows + file[1] -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if together.names -%}
        {%- do pieces.append(in_list(file_column, together.names)) -%}
    {%- endif -%}
    {{- return(pieces) -}}
{% endmacro %}


{% macro in_list(column, texts) %}
    {{- return(column ~ " in ('" ~ texts | join("', '") ~ "')") -}}
{% endmacro %}
