{# One row per batch that lies in the lake, from the accounts in its files' own footers: stream,
   batch_id, source_name, landed_at, read_count, accepted_count, rejected_json (count by reason). #}
{% macro lake_batches() %}
    {{- adapter.dispatch('lake_batches', 'meterhouse')() -}}
{% endmacro %}

{% macro default__lake_batches() %}
    {{ exceptions.raise_compiler_error("Only DuckDB reads the footers of the lake's files.") }}
{% endmacro %}

{% macro duckdb__lake_batches() %}
    select
        json_extract_string(batch, '$.stream') as stream,
        json_extract_string(batch, '$.batch_id') as batch_id,
        json_extract_string(batch, '$.source_name') as source_name,
        cast(replace(json_extract_string(batch, '$.landed_at'), '+00:00', '') as timestamp)
            as landed_at,
        cast(json_extract_string(batch, '$.read') as bigint) as read_count,
        cast(json_extract_string(batch, '$.accepted') as bigint) as accepted_count,
        cast(json_extract(batch, '$.rejected') as varchar) as rejected_json
    from (
        select unnest(from_json(decode(value), '["json"]')) as batch
        from parquet_kv_metadata(
            '{{ env_var("METERHOUSE_LAKE", "data/lake") }}/*/*.parquet'
        )
        where decode(key) = 'batches'
    ) as footers
{% endmacro %}
