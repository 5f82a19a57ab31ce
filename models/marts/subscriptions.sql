with

versions as (

    select *
    from {{ ref('int_subscription_versions') }}
    where is_current

),

item_thresholds as (

    select
        batch_id,
        batch_row,
        count(billing_thresholds_usage_gte) > 0 as has_usage_threshold
    from {{ ref('stg_subscription_items') }}
    group by
        batch_id,
        batch_row

),

-- Items of one subscription may have intervals of their own; the period that ends first is current.
item_periods as (

    select
        subscription_id,
        period_start,
        period_end,
        row_number() over (
            partition by subscription_id
            order by is_open desc, period_end asc, period_start asc, subscription_item_id asc
        ) as place
    from {{ ref('int_current_billing_periods') }}

)

select
    versions.subscription_id as id,
    versions.customer_id,
    versions.currency,
    case
        when versions.status = 'incomplete_expired' then versions.status
        when versions.ends_at <= {{ as_of() }} then 'canceled'
        else versions.status
    end as status,
    versions.collection_method,
    versions.billing_mode,
    versions.subscription_schedule_id,
    versions.started_at as start_at,
    versions.billing_cycle_anchor_at,
    item_periods.period_start as current_period_start,
    item_periods.period_end as current_period_end,
    versions.trial_start_at,
    versions.trial_end_at,
    versions.is_cancel_at_period_end,
    versions.cancel_at,
    versions.canceled_at,
    versions.ends_at,
    versions.billing_thresholds_amount_gte is not null
    or coalesce(item_thresholds.has_usage_threshold, false) as has_billing_thresholds,
    versions.created_at,
    versions.effective_at,
    versions.effective_at_is_assumed,
    versions.livemode
from versions
left join item_thresholds
    on
        versions.batch_id = item_thresholds.batch_id
        and versions.batch_row = item_thresholds.batch_row
left join item_periods
    on
        versions.subscription_id = item_periods.subscription_id
        and item_periods.place = 1
