{# A model's schema is the one its folder declares, verbatim: analysts type `main.draft_invoices`,
   not a target-prefixed name. #}
{% macro generate_schema_name(custom_schema_name, node) %}
    {{- (custom_schema_name or target.schema) | trim -}}
{% endmacro %}
