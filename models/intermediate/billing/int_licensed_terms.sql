{#- What each licensed item was subscribed to, and through which time: its price and quantity
    and, once somebody set it, when the subscription is to end (`ends_at`). A version may have
    been seen long after that was set; canceled_at says when it was. -#}
with

stretches as (

    select * from {{ ref('int_subscription_item_stretches') }}
    where usage_type = 'licensed'

),

items as (

    select
        batch_id,
        batch_row,
        subscription_item_id,
        quantity,
        item_position,
        metadata_json
    from {{ ref('stg_subscription_items') }}

),

versions as (

    select
        batch_id,
        batch_row,
        currency,
        billing_mode,
        cancel_at,
        canceled_at
    from {{ ref('int_subscription_versions') }}

),

stated as (

    select
        stretches.subscription_item_id,
        stretches.subscription_id,
        stretches.customer_id,
        stretches.batch_id,
        stretches.batch_row,
        stretches.price_id,
        stretches.is_trial,
        stretches.anchor_at,
        stretches.step_months,
        stretches.step_seconds,
        stretches.valid_from,
        stretches.valid_until,
        stretches.livemode,
        versions.currency,
        coalesce(versions.billing_mode, 'classic') as billing_mode,
        versions.cancel_at,
        case
            when versions.cancel_at is null then stretches.valid_until
            else least(
                stretches.valid_until,
                greatest(
                    stretches.valid_from, coalesce(versions.canceled_at, stretches.valid_from)
                )
            )
        end as end_set_at,
        coalesce(items.quantity, 1) as quantity,
        items.item_position,
        items.metadata_json
    from stretches
    inner join items
        on
            stretches.batch_id = items.batch_id
            and stretches.batch_row = items.batch_row
            and stretches.subscription_item_id = items.subscription_item_id
    inner join versions
        on
            stretches.batch_id = versions.batch_id
            and stretches.batch_row = versions.batch_row

),

split_at_end_set as (

    select
        stated.*,
        valid_from as terms_from,
        end_set_at as terms_until,
        cast(null as timestamp) as ends_at
    from stated
    where valid_from < end_set_at

    union all

    select
        stated.*,
        end_set_at as terms_from,
        valid_until as terms_until,
        cancel_at as ends_at
    from stated
    where end_set_at < valid_until

)

select
    subscription_item_id,
    subscription_id,
    customer_id,
    batch_id,
    batch_row,
    price_id,
    currency,
    billing_mode,
    cast(quantity as {{ quantity_type() }}) as quantity,
    item_position,
    metadata_json,
    is_trial,
    anchor_at,
    step_months,
    step_seconds,
    ends_at,
    terms_from as valid_from,
    terms_until as valid_until,
    livemode
from split_at_end_set
