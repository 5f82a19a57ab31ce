{# A 64-bit hash of a text, to find the few that may be equal among very many. Equal hashes are not
   equal texts: whoever uses it compares the texts afterwards. It may differ between versions of an
   engine: whoever stores it stores text_hash_sample() too, and compares that before using it. #}
{% macro text_hash(text) %}
    {{- adapter.dispatch('text_hash', 'meterhouse')(text) -}}
{% endmacro %}

{% macro default__text_hash(text) %}xxhash64({{ text }}){% endmacro %}

{% macro duckdb__text_hash(text) %}hash({{ text }}){% endmacro %}


{# The hash of one text that never changes, as text: while it is the same, so are all others. #}
{% macro text_hash_sample() -%}
    cast({{ text_hash("'meterhouse'") }} as varchar)
{%- endmacro %}
