{#- Whatever the run before left says which usage is new, so dbt cannot see what is read. -#}
-- depends_on: {{ ref('built_batches') }}
-- depends_on: {{ ref('stg_usage_records') }}
-- depends_on: {{ ref('stg_retractions') }}
-- depends_on: {{ ref('stg_period_closes') }}
{{ touched_usage(former_billing()) }}
