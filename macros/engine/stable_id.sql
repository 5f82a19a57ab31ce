{# An id that is a function of what it names, so that cursors, notebooks and reconciliations survive
   a rebuild: the prefix and 24 hexadecimal digits of the hash of the parts. The parts are length-
   prefixed: ('a', 'bc') and ('ab', 'c') are different names, and so are NULL and ''. #}
{% macro stable_id(prefix, parts) -%}
    concat('{{ prefix }}', substr(md5(concat(
        {%- for part in parts %}
        {{ named_part(part) }}{{ "," if not loop.last }}
        {%- endfor %}
    )), 1, 24))
{%- endmacro %}

{# One part with its length before it. Ids are made in every answer, and planning takes as long as
   there are functions, so there are as few as can be. #}
{% macro named_part(part) %}
    {{- adapter.dispatch('named_part', 'meterhouse')(part) -}}
{% endmacro %}

{% macro default__named_part(part) -%}
    coalesce(concat(length(cast({{ part }} as varchar)), ':', {{ part }}), ':')
{%- endmacro %}

{# DuckDB's concat leaves nulls out: of a NULL there is the colon alone. #}
{% macro duckdb__named_part(part) -%}
    length(cast({{ part }} as varchar)), ':', {{ part }}
{%- endmacro %}
