{#- The spans of time through which a metered item was on one price, for items whose price changed,
    with what the version that brought each price said. -#}
with

stretches as (

    select
        stretches.subscription_item_id,
        stretches.price_id,
        stretches.meter_id,
        coalesce(versions.billing_mode, 'classic') as billing_mode,
        coalesce(stretches.is_usage_cleared, false) as is_usage_cleared,
        stretches.valid_from,
        stretches.valid_until
    from {{ ref('int_subscription_item_stretches') }} as stretches
    inner join {{ ref('int_subscription_versions') }} as versions
        on
            stretches.batch_id = versions.batch_id
            and stretches.batch_row = versions.batch_row
            and stretches.subscription_id = versions.subscription_id
    where stretches.usage_type = 'metered'

),

repriced as (

    select subscription_item_id
    from stretches
    group by subscription_item_id
    having count(distinct price_id) > 1

),

compared as (

    select
        stretches.*,
        case
            when
                lag(stretches.price_id) over item_order = stretches.price_id
                and lag(stretches.valid_until) over item_order = stretches.valid_from
                then 0
            else 1
        end as begins_segment
    from stretches
    inner join repriced
        on stretches.subscription_item_id = repriced.subscription_item_id
    window item_order as (
        partition by stretches.subscription_item_id
        order by stretches.valid_from
    )

),

numbered as (

    select
        compared.*,
        sum(begins_segment) over (
            partition by subscription_item_id
            order by valid_from
            rows between unbounded preceding and current row
        ) as segment_number
    from compared

)

select
    subscription_item_id,
    cast(segment_number as integer) as segment_number,
    max(price_id) as price_id,
    max(meter_id) as meter_id,
    max(case when begins_segment = 1 then billing_mode end) as begun_in_mode,
    bool_or(begins_segment = 1 and is_usage_cleared) as clears_usage,
    min(valid_from) as segment_from,
    max(valid_until) as segment_until
from numbered
group by
    subscription_item_id,
    segment_number
