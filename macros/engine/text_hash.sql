{# A 64-bit hash of a text, to find the few that may be equal among very many. Equal hashes are not
   equal texts: whoever uses it compares the texts afterwards. Never stored: it may differ between
   versions of an engine. #}
{% macro text_hash(text) %}
    {{- adapter.dispatch('text_hash', 'meterhouse')(text) -}}
{% endmacro %}

{% macro default__text_hash(text) %}xxhash64({{ text }}){% endmacro %}

{% macro duckdb__text_hash(text) %}hash({{ text }}){% endmacro %}
