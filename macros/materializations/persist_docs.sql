{# Descriptions as comments in the file, in one statement a model. dbt's own asks first which
   columns there are and leaves out what is described without being there; here that fails the
   build, so that a description cannot outlive its column. #}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) %}
    {%- do run_statements(descriptions_of(relation, model, for_relation, for_columns)) -%}
{% endmacro %}


{# The statements that comment a relation and its columns. #}
{% macro descriptions_of(relation, model, for_relation=true, for_columns=true) %}
    {%- set comments = [] -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do comments.append(
            'comment on ' ~ relation.type ~ ' ' ~ relation ~ ' is ' ~ quoted_text(model.description)
        ) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() -%}
        {%- for name, column in model.columns.items() if column.description -%}
            {%- do comments.append(
                'comment on column ' ~ relation ~ '.' ~ adapter.quote(name) ~ ' is '
                ~ quoted_text(column.description)
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(comments) -}}
{% endmacro %}
