{# The values of the dimensions that an event's meter declares, as a JSON object in the order of
   their declaration; null where the meter declares none, or the payload lacks one of them.
 The declared keys are asked for beforehand and written out, meter by meter: looking them up row by
   row costs five times as much. The result is text, because a map or a list costs a sort several
   times as much. #}
{% macro declared_dimensions(payload, meter_key) %}
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
    {%- if not declared -%}
        cast(null as varchar)
    {%- else -%}
        case {{ meter_key }}
            {%- for meter, keys in declared.items() %}
            {%- set texts = {} %}
            {%- set present = [] %}
            {%- for key in keys %}
                {%- set text = map_value(payload, quoted_text(key)) %}
                {%- do texts.update({key: text}) %}
                {%- do present.append(text ~ ' is not null') %}
            {%- endfor %}
            when {{ meter }}
                then case when {{ present | join(' and ') }} then {{ json_of_texts(texts) }} end
            {%- endfor %}
        end
    {%- endif -%}
{% endmacro %}


{# A text as an SQL literal. #}
{% macro quoted_text(text) %}
    {{- return("'" ~ text | replace("'", "''") ~ "'") -}}
{% endmacro %}
