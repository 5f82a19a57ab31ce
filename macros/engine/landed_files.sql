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

{# The files of one stream that a build keeps (see meterhouse/_build_inputs.py), by the name that
   they have for whoever opens the published file. #}
{% macro kept_files(stream) %}
    {{- adapter.dispatch('kept_files', 'meterhouse')(stream) -}}
{% endmacro %}

{% macro default__kept_files(stream) -%}
    {{- landed_files(stream) -}}
{%- endmacro %}

{% macro duckdb__kept_files(stream) -%}
    {%- set lake = env_var('METERHOUSE_KEPT_INPUTS', env_var('METERHOUSE_LAKE', 'data/lake')) -%}
    read_parquet(
        {{ quoted_text(lake ~ '/' ~ stream ~ '/*.parquet') }},
        union_by_name = true
    )
{%- endmacro %}
