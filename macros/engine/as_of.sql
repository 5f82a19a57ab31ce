{# The warehouse's clock: every model that depends on now reads it here, so that the same inputs and
   the same as-of give the same numbers on any day. While dbt parses, it is not asked: dbt would
   parse all these models anew whenever it differs. #}
{% macro as_of() %}
    {%- set given = env_var('METERHOUSE_AS_OF', '') if execute else '' -%}
    {%- if given -%}
        timestamp '{{ given }}'
    {%- else -%}
        timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}'
    {%- endif -%}
{% endmacro %}
