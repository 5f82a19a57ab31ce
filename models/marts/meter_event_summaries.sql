{{ config(materialized='view') }}

{{ rollup_summaries('hour', 4) }}
