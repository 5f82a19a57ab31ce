{# The files of one stream that a build reads, for stored functions that go back to what landed.
   Models read the same files as `source`. #}
{% macro landed_files(stream) %}
    {{- adapter.dispatch('landed_files', 'meterhouse')(stream) -}}
{% endmacro %}

{% macro default__landed_files(stream) -%}
    parquet.`{{ env_var('METERHOUSE_LAKE', 'data/lake') }}/{{ stream }}`
{%- endmacro %}

{% macro duckdb__landed_files(stream) -%}
    read_parquet(
        '{{ env_var("METERHOUSE_LAKE", "data/lake") }}/{{ stream }}/*.parquet',
        union_by_name = true
    )
{%- endmacro %}
