with

item_lives as (

    select
        subscription_item_id,
        subscription_id,
        min(valid_from) as item_from,
        max(valid_until) as item_until
    from {{ ref('int_subscription_item_stretches') }}
    group by
        subscription_item_id,
        subscription_id

),

bounded as (

    select
        subscription_item_id,
        subscription_id,
        item_from,
        item_until,
        min(item_from) over (partition by subscription_id) as subscription_from,
        max(item_until) over (partition by subscription_id) as subscription_until
    from item_lives

)

select
    subscription_item_id,
    subscription_id,
    item_from,
    item_until,
    item_from > subscription_from as joins_late,
    item_until < subscription_until as leaves_early
from bounded
