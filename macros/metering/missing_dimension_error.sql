{# The error code of an event that lacks a dimension which its meter declares, else null. #}
{% macro missing_dimension_error(dimensions, declared_keys) -%}
    case
        when {{ map_size(dimensions) }} < {{ list_size(declared_keys) }}
            then 'missing_dimension_payload_keys'
    end
{%- endmacro %}
