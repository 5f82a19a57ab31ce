{# The first 64 bits of a text's MD5, as a number: what a read by id compares before the id itself,
   since a number is found among millions many times faster than a text. It is the same in every
   version of the engine, so tables may keep it. Equal ones are not equal texts: whoever uses it
   compares the texts too. #}
{% macro lookup_hash(text) %}
    {{- adapter.dispatch('lookup_hash', 'meterhouse')(text) -}}
{% endmacro %}

{% macro default__lookup_hash(text) %}
    {{- exceptions.raise_compiler_error('lookup_hash is not written for ' ~ target.type) -}}
{% endmacro %}

{% macro duckdb__lookup_hash(text) %}md5_number_lower({{ text }}){% endmacro %}
