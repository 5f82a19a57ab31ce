{# The JSON object of some texts, given as {'member': expression}; a null text is a JSON null. #}
{% macro json_of_texts(members) %}
    {{- adapter.dispatch('json_of_texts', 'meterhouse')(members) -}}
{% endmacro %}

{% macro default__json_of_texts(members) -%}
    to_json(named_struct(
        {%- for name, text in members.items() %}
        {{ quoted_text(name) }}, {{ text }}{{ ',' if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}

{% macro duckdb__json_of_texts(members) -%}
    cast(json_object(
        {%- for name, text in members.items() %}
        {{ quoted_text(name) }}, {{ text }}{{ ',' if not loop.last }}
        {%- endfor %}
    ) as varchar)
{%- endmacro %}
