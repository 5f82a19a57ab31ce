{#- Counted once: several models ask, and all of the lake is read for it. -#}
{{ config(materialized='table') }}

{{ landed_row_counts([
    'usage_records', 'meter_events', 'meter_event_adjustments', 'invoice_line_edits',
    'period_closes', 'retractions', 'customers', 'products', 'prices', 'meters', 'subscriptions',
    'subscription_schedules', 'invoice_items', 'coupons', 'tax_rates', 'credit_grants', 'alerts',
    'billed_invoices', 'reported_usage_record_summaries', 'reported_meter_event_summaries'
]) }}
