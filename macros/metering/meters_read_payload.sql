{# Whether any meter takes something from an event beyond the two default keys. Only then is the
   payload map read at all: it is the widest column of the lake. Unknown while parsing: true. #}
{% macro meters_read_payload() %}
    {%- set meters = ref('stg_meters') -%}
    {%- if not execute -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set found = run_query(
        "select count(*) from " ~ meters ~ " where customer_payload_key <> "
        ~ "'stripe_customer_id' or value_payload_key <> 'value' "
        ~ "or dimension_payload_keys is not null"
    ) -%}
    {{ return(found.columns[0].values()[0] > 0) }}
{% endmacro %}
