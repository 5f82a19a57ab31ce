{# Models that are too large for one statement are made piece by piece. #}

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


{# Files in pieces of up to `rows` rows, each as a condition on the columns that hold a row's file
   and its number in it: small files together, a larger one on its own and by row numbers. `files`
   are pairs of a name and its number of rows. #}
{% macro pieces_of_files(files, rows, file_column, row_column) %}
    {%- set pieces = [] -%}
    {%- set together = namespace(names=[], rows=0) -%}
    {%- for name, count in files -%}
        {%- if count > rows -%}
            {%- for first in range(0, count | int, rows) -%}
                {%- do pieces.append(
                    file_column ~ ' = ' ~ quoted_text(name) ~ ' and ' ~ row_column ~ ' >= '
                    ~ first ~ ' and ' ~ row_column ~ ' < ' ~ (first + rows)
                ) -%}
            {%- endfor -%}
        {%- else -%}
            {%- if together.names and together.rows + count > rows -%}
                {%- do pieces.append(in_list(file_column, together.names)) -%}
                {%- set together.names = [] -%}
                {%- set together.rows = 0 -%}
            {%- endif -%}
            {%- set together.names = together.names + [name] -%}
            {%- set together.rows = together.rows + count -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if together.names -%}
        {%- do pieces.append(in_list(file_column, together.names)) -%}
    {%- endif -%}
    {{- return(pieces) -}}
{% endmacro %}


{% macro in_list(column, texts) %}
    {%- set quoted = [] -%}
    {%- for text in texts -%}
        {%- do quoted.append(quoted_text(text)) -%}
    {%- endfor -%}
    {{- return(column ~ ' in (' ~ quoted | join(', ') ~ ')') -}}
{% endmacro %}


{# The rows of a query as a list of pairs. #}
{% macro pairs_of(query) %}
    {%- set pairs = [] -%}
    {%- for row in run_query(query).rows -%}
        {%- do pairs.append((row[0], row[1] | int)) -%}
    {%- endfor -%}
    {{- return(pairs) -}}
{% endmacro %}
