{#- Depends on whom it touches, so that a run that does not know it is none. -#}
-- depends_on: {{ ref('built_batches') }}
-- depends_on: {{ ref('metering_run') }}
-- depends_on: {{ ref('touched_customers') }}
{{ billing_run(former_billing()) }}
