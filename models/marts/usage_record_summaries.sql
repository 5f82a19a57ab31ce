{{ config(materialized='view') }}

-- A view: the two ids are functions of the columns beside them and would double the table.
select
    {{ usage_record_summary_id('subscription_item_id', unix_seconds('period_start')) }} as id,
    subscription_item_id,
    subscription_id,
    customer_id,
    price_id,
    period_start,
    period_end,
    total_usage,
    record_count,
    aggregate_usage,
    is_open,
    {{ usage_record_summary_invoice(unix_seconds('period_end')) }} as invoice_id,
    livemode
from {{ ref('int_usage_record_summaries') }}
