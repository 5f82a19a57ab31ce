{# Two JSON arrays as one; null counts as an empty array. #}
{% macro joined_json_arrays(first, second) -%}
    case
        when coalesce({{ first }}, '[]') = '[]' then coalesce({{ second }}, '[]')
        when coalesce({{ second }}, '[]') = '[]' then {{ first }}
        else concat(
            substr({{ first }}, 1, length({{ first }}) - 1), ',', substr({{ second }}, 2)
        )
    end
{%- endmacro %}
