with

versions as (

    select
        subscription_id,
        batch_id,
        batch_row,
        content_hash,
        effective_at,
        observed_at,
        livemode,
        items
    from {{ ref('stg_subscriptions') }}

),

exploded as (

    {{ explode('versions', 'items', [
        'subscription_id', 'batch_id', 'batch_row', 'content_hash', 'effective_at', 'observed_at',
        'livemode'
    ]) }}

)

select
    -- ids
    element.id as subscription_item_id,
    subscription_id,
    element.price as price_id,
    batch_id,
    batch_row,
    content_hash,

    -- strings
    coalesce(element.metadata_json, '{}') as metadata_json,

    -- numerics
    cast(position as integer) as item_position,
    element.quantity,
    element.billing_thresholds_usage_gte,

    -- booleans
    coalesce(element.clear_usage, false) as is_usage_cleared,
    livemode,

    -- timestamps
    date_trunc('second', element.created_at) as created_at,
    observed_at,
    effective_at,

    -- nested
    element.tax_rates,
    element.discounts
from exploded
where element.id is not null
