{#- Reads what the run before left under the names of kept models, which this run makes only after
    it knows whom to make them for. -#}
-- depends_on: {{ ref('built_batches') }}
-- depends_on: {{ ref('touched_usage') }}
-- depends_on: {{ ref('stg_landed_references') }}
-- depends_on: {{ ref('stg_invoice_line_edits') }}
-- depends_on: {{ ref('stg_prices') }}
-- depends_on: {{ ref('stg_price_currencies') }}
-- depends_on: {{ ref('stg_subscriptions') }}
-- depends_on: {{ ref('stg_invoice_items') }}
-- depends_on: {{ ref('stg_billed_invoices') }}
-- depends_on: {{ ref('customer_keys') }}
-- depends_on: {{ ref('meter_events') }}
-- depends_on: {{ ref('meter_event_cancellations') }}
-- depends_on: {{ ref('metering_run') }}
{{ touched_customers(former_billing()) }}
