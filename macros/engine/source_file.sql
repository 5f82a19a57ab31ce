{# The file that a row of a source was read from, and the row's number in it, from 0. #}
{% macro source_file() %}
    {{- adapter.dispatch('source_file', 'meterhouse')() -}}
{% endmacro %}

{% macro default__source_file() %}input_file_name(){% endmacro %}

{% macro duckdb__source_file() %}filename{% endmacro %}


{% macro source_file_row() %}
    {{- adapter.dispatch('source_file_row', 'meterhouse')() -}}
{% endmacro %}

{% macro default__source_file_row() %}_metadata.row_index{% endmacro %}

{% macro duckdb__source_file_row() %}file_row_number{% endmacro %}
