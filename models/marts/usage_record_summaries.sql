{{ config(materialized='view') }}

-- A view: the two ids are functions of the columns beside them and would double the table.
select
    {{ stable_id('sis_', ['subscription_item_id', unix_seconds('period_start')]) }} as id,
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
    case
        when billed_invoice_id is not null then billed_invoice_id
        when not is_open then {{ draft_invoice_id('subscription_id', 'period_end') }}
    end as invoice_id,
    livemode
from {{ ref('int_usage_record_summaries') }}
