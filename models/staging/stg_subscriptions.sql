with source as (

    select * from {{ source('lake', 'subscriptions') }}

)

select
    -- ids
    id as subscription_id,
    customer as customer_id,
    schedule as subscription_schedule_id,
    batch_id,
    batch_row,
    content_hash,

    -- strings
    currency,
    coalesce(status, 'active') as status,
    collection_method,
    pause_behavior,
    billing_mode,
    proration_behavior,

    -- numerics
    anchor_day_of_month,
    anchor_month,
    anchor_hour,
    anchor_minute,
    anchor_second,
    billing_thresholds_amount_gte,

    -- booleans
    coalesce(cancel_at_period_end, false) as is_cancel_at_period_end,
    coalesce(billing_thresholds_reset_billing_cycle_anchor, false)
        as is_anchor_reset_by_thresholds,
    effective_at_is_assumed,
    is_deleted,
    livemode,

    -- timestamps: what Stripe counts in whole seconds is whole seconds here
    date_trunc('second', start_at) as start_at,
    date_trunc('second', billing_cycle_anchor_at) as billing_cycle_anchor_at,
    date_trunc('second', current_period_start_at) as current_period_start_at,
    date_trunc('second', current_period_end_at) as current_period_end_at,
    date_trunc('second', cancel_at) as cancel_at,
    date_trunc('second', canceled_at) as canceled_at,
    date_trunc('second', ended_at) as ended_at,
    date_trunc('second', trial_start_at) as trial_start_at,
    date_trunc('second', trial_end_at) as trial_end_at,
    date_trunc('second', pause_resumes_at) as pause_resumes_at,
    date_trunc('second', created_at) as created_at,
    observed_at,
    effective_at,

    -- nested
    default_tax_rates,
    discounts,
    items
from source
