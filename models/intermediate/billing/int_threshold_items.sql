{#- The items that a billing threshold of their own or of their subscription stands over, as each
    version of the subscription lists them. Where the anchor is reset at a crossing, the versions
    say so, and the periods end there. -#}
with

items as (

    select
        batch_id,
        batch_row,
        subscription_item_id,
        billing_thresholds_usage_gte
    from {{ ref('stg_subscription_items') }}

),

subscriptions as (

    select
        batch_id,
        batch_row,
        billing_thresholds_amount_gte,
        currency,
        cancel_at
    from {{ ref('stg_subscriptions') }}
    where not is_anchor_reset_by_thresholds

)

select
    items.batch_id,
    items.batch_row,
    items.subscription_item_id,
    items.billing_thresholds_usage_gte as usage_gte,
    subscriptions.billing_thresholds_amount_gte as amount_gte,
    subscriptions.currency,
    subscriptions.cancel_at
from items
inner join subscriptions
    on
        items.batch_id = subscriptions.batch_id
        and items.batch_row = subscriptions.batch_row
where
    items.billing_thresholds_usage_gte is not null
    or subscriptions.billing_thresholds_amount_gte is not null
