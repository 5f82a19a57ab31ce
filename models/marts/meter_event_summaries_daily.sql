{{ config(materialized='view') }}

{{ rollup_summaries('day', 96) }}
