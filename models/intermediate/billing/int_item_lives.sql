{#- How long each item was subscribed to without a break, and whether it joined or left within the
    time that its subscription ran. A pause takes all items off at once: what follows it is
    another life of each, with which the subscription begins anew. An item whose price becomes
    metered or licensed leaves as the one and joins as the other. -#}
with

stretches as (

    select
        subscription_item_id,
        subscription_id,
        usage_type,
        valid_from,
        valid_until
    from {{ ref('int_subscription_item_stretches') }}

),

compared as (

    select
        stretches.*,
        lag(valid_until) over (
            partition by subscription_item_id
            order by valid_from
        ) as item_left_at,
        lag(usage_type) over (
            partition by subscription_item_id
            order by valid_from
        ) as usage_type_before,
        max(valid_until) over (
            partition by subscription_id
            order by valid_from, subscription_item_id
            rows between unbounded preceding and 1 preceding
        ) as subscription_left_at
    from stretches

),

numbered as (

    select
        subscription_item_id,
        subscription_id,
        usage_type,
        valid_from,
        valid_until,
        count(
            case when valid_from > item_left_at or usage_type <> usage_type_before then 1 end
        ) over (
            partition by subscription_item_id
            order by valid_from
        ) as item_life,
        count(case when valid_from > subscription_left_at then 1 end) over (
            partition by subscription_id
            order by valid_from, subscription_item_id
        ) as subscription_life
    from compared

),

bounded as (

    select
        subscription_item_id,
        subscription_id,
        usage_type,
        min(valid_from) over item_lives as item_from,
        max(valid_until) over item_lives as item_until,
        min(valid_from) over subscription_lives as subscription_from,
        max(valid_until) over subscription_lives as subscription_until
    from numbered
    window
        item_lives as (partition by subscription_item_id, item_life),
        subscription_lives as (partition by subscription_id, subscription_life)

)

select distinct
    subscription_item_id,
    subscription_id,
    usage_type,
    item_from,
    item_until,
    item_from > subscription_from as joins_late,
    item_until < subscription_until as leaves_early
from bounded
