with

listed as (

    select
        items.subscription_item_id,
        items.price_id,
        items.quantity,
        items.item_position,
        items.billing_thresholds_usage_gte,
        items.metadata_json,
        coalesce(items.created_at, versions.started_at) as created_at,
        versions.subscription_id,
        versions.customer_id,
        versions.next_valid_from,
        versions.livemode,
        row_number() over (
            partition by items.subscription_item_id
            order by versions.version_number desc
        ) as newest
    from {{ ref('stg_subscription_items') }} as items
    inner join {{ ref('int_subscription_versions') }} as versions
        on
            items.batch_id = versions.batch_id
            and items.batch_row = versions.batch_row

),

subscriptions as (

    select
        id,
        status,
        has_billing_thresholds
    from {{ ref('subscriptions') }}

),

prices as (

    select
        price_id,
        usage_type,
        aggregate_usage,
        meter_id
    from {{ ref('stg_prices') }}

),

current_periods as (

    select
        subscription_item_id,
        period_start,
        period_end
    from {{ ref('int_current_billing_periods') }}

)

select
    listed.subscription_item_id as id,
    listed.subscription_id,
    listed.customer_id,
    listed.price_id,
    listed.item_position,
    listed.quantity,
    prices.usage_type,
    prices.aggregate_usage,
    prices.meter_id,
    subscriptions.status as subscription_status,
    current_periods.period_start as current_period_start,
    current_periods.period_end as current_period_end,
    subscriptions.has_billing_thresholds,
    listed.billing_thresholds_usage_gte,
    listed.metadata_json,
    listed.created_at,
    listed.next_valid_from as deleted_at,
    listed.livemode
from listed
inner join subscriptions
    on listed.subscription_id = subscriptions.id
left join prices
    on listed.price_id = prices.price_id
left join current_periods
    on listed.subscription_item_id = current_periods.subscription_item_id
where listed.newest = 1
