with

usage_records as (

    select
        usage_record_id,
        subscription_item_id,
        used_at,
        quantity,
        action,
        idempotency_key,
        received_at,
        batch_id,
        batch_row,
        livemode
    from {{ ref('stg_usage_records') }}

),

excluded as (

    select
        batch_id,
        batch_row,
        reason
    from {{ ref('int_excluded_usage_records') }}

),

-- Whole items are rare here, so that only their usage is placed a second time.
affected_items as (

    select distinct subscription_item_id
    from {{ ref('int_usage_per_period') }}
    where fate <> 'counted'

),

affected_usage as (

    select usage_at.*
    from {{ ref('int_usage_per_timestamp') }} as usage_at
    inner join affected_items
        on usage_at.subscription_item_id = affected_items.subscription_item_id

),

placed as (

    {{ placed_usage('affected_usage', ref('int_billing_period_ranges')) }}

),

lifetimes as (

    select
        subscription_item_id,
        min(usage_after) as usage_after,
        max(usage_until) as usage_until
    from {{ ref('int_billing_period_ranges') }}
    group by subscription_item_id

),

items as (

    select
        items.id as subscription_item_id,
        prices.price_id is not null as has_price
    from {{ ref('subscription_items') }} as items
    left join {{ ref('stg_prices') }} as prices
        on items.price_id = prices.price_id

),

explained as (

    select
        placed.subscription_item_id,
        placed.used_at,
        case
            when placed.fate <> 'outside_periods' then placed.fate
            when items.subscription_item_id is null then 'no_such_subscription_item'
            when not items.has_price then 'price_not_landed'
            when lifetimes.usage_after is null or placed.used_at <= lifetimes.usage_after
                then 'before_first_period'
            when placed.used_at <= lifetimes.usage_until then 'between_periods'
            when lifetimes.usage_until > {{ as_of() }} then 'after_open_period'
            else 'after_last_period'
        end as reason
    from placed
    left join items
        on placed.subscription_item_id = items.subscription_item_id
    left join lifetimes
        on placed.subscription_item_id = lifetimes.subscription_item_id
    where placed.fate <> 'counted'

),

uncounted as (

    select
        usage_records.*,
        excluded.reason
    from usage_records
    inner join excluded
        on
            usage_records.batch_id = excluded.batch_id
            and usage_records.batch_row = excluded.batch_row

    union all

    select
        usage_records.*,
        explained.reason
    from usage_records
    inner join explained
        on
            usage_records.subscription_item_id = explained.subscription_item_id
            and usage_records.used_at = explained.used_at
    left join excluded
        on
            usage_records.batch_id = excluded.batch_id
            and usage_records.batch_row = excluded.batch_row
    where excluded.batch_row is null

)

select
    usage_record_id as id,
    reason,
    subscription_item_id,
    used_at,
    quantity,
    action,
    idempotency_key,
    received_at,
    batch_id,
    batch_row,
    livemode
from uncounted
