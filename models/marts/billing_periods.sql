{{ config(materialized='view') }}

-- A view: a run of periods is one row until it is asked for.
with

ranges as (

    select * from {{ ref('int_billing_period_ranges') }}

),

periods as (

    {{ explode_range('ranges', 'first_number', 'last_number', 'number', [
        'subscription_item_id', 'subscription_id', 'customer_id', 'price_id', 'usage_type',
        'is_trial', 'anchor_at', 'step_months', 'step_seconds', 'run_start', 'run_end', 'livemode'
    ]) }}

)

select
    subscription_item_id,
    subscription_id,
    customer_id,
    price_id,
    {{ period_start('number') }} as period_start,
    {{ period_end('number') }} as period_end,
    {{ period_end('number') }} > {{ as_of() }} as is_open,
    is_trial,
    usage_type,
    livemode
from periods
