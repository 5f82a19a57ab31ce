{# What an event's meter declares as its dimensions. The declared keys are asked for beforehand and
   written out, meter by meter: looking them up row by row costs five times as much.

   The values travel bare, one column for each place in the declaration, and become JSON only
   where they are written: a sort carries a short text for a third of what a long one costs it. #}

{# The declared keys by meter_key, in the order of their declaration. #}
{% macro declared_dimension_keys() %}
    {%- set meters = ref('meter_keys') -%}
    {%- set declared = {} -%}
    {%- if execute -%}
        {%- set rows = run_query(
            'select meter_key, element from ('
            ~ explode(meters, 'dimension_payload_keys', ['meter_key'])
            ~ ') as declared order by meter_key, position'
        ).rows -%}
        {%- for row in rows -%}
            {%- do declared.setdefault(row[0] | int, []).append(row[1]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(declared) -}}
{% endmacro %}


{# The columns that hold the values: as many as the meter with the most dimensions declares. #}
{% macro dimension_columns() %}
    {%- set columns = [] -%}
    {%- set lengths = declared_dimension_keys().values() | map('length') | list -%}
    {%- for place in range(1, (lengths | max if lengths else 0) + 1) -%}
        {%- do columns.append('dimension_' ~ place) -%}
    {%- endfor -%}
    {{- return(columns) -}}
{% endmacro %}


{# Each of these columns, from an event's payload. #}
{% macro dimension_texts(payload, meter_key) %}
    {%- set declared = declared_dimension_keys() -%}
    {%- for column in dimension_columns() -%}
        {%- set place = loop.index0 %}
        case {{ meter_key }}
            {%- for meter, keys in declared.items() if keys | length > place %}
            when {{ meter }} then {{ map_value(payload, quoted_text(keys[place])) }}
            {%- endfor %}
        end as {{ column }},
    {%- endfor -%}
{% endmacro %}


{# Whether the payload has all dimensions that the meter declares; false where it declares none. #}
{% macro has_dimensions(meter_key) -%}
    {%- set declared = declared_dimension_keys() -%}
    {%- if not declared -%}
        false
    {%- else -%}
        case {{ meter_key }}
            {%- for meter, keys in declared.items() %}
            when {{ meter }}
                then dimension_{{ range(1, keys | length + 1)
                    | join(' is not null and dimension_') }} is not null
            {%- endfor %}
            else false
        end
    {%- endif -%}
{%- endmacro %}


{# A declared dimension that the payload lacks; null where it lacks none. #}
{% macro lacking_dimension(meter_key) -%}
    {%- set declared = declared_dimension_keys() -%}
    {%- if not declared -%}
        cast(null as varchar)
    {%- else -%}
        case {{ meter_key }}
            {%- for meter, keys in declared.items() %}
            when {{ meter }}
                then case
                    {%- for key in keys %}
                    when dimension_{{ loop.index }} is null then {{ quoted_text(key) }}
                    {%- endfor %}
                end
            {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}


{# The values of all dimensions as a JSON object; null where the payload lacks one of them. `texts`
   are the columns that hold them. #}
{% macro dimensions_as_json(meter_key, texts) -%}
    {%- set declared = declared_dimension_keys() -%}
    {%- if not declared -%}
        cast(null as varchar)
    {%- else -%}
        case {{ meter_key }}
            {%- for meter, keys in declared.items() %}
            {%- set members = {} %}
            {%- for key in keys %}
                {%- do members.update({key: texts[loop.index0]}) %}
            {%- endfor %}
            when {{ meter }} then {{ json_of_texts(members) }}
            {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}


{# A text as an SQL literal. #}
{% macro quoted_text(text) %}
    {{- return("'" ~ text | replace("'", "''") ~ "'") -}}
{% endmacro %}
