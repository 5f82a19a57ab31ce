{# Whether a regular expression matches the whole of a text. #}
{% macro matches_whole(text, pattern) %}
    {{- adapter.dispatch('matches_whole', 'meterhouse')(text, pattern) -}}
{% endmacro %}

{% macro default__matches_whole(text, pattern) -%}
    ({{ text }} rlike '^(?:{{ pattern }})$')
{%- endmacro %}

{% macro duckdb__matches_whole(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}
