{#- The periods that licensed items are billed for in advance: each one that has begun and, where
    the subscription goes on, the one that begins when the open one ends. -#}
with

periods as (

    select
        subscription_item_id,
        subscription_id,
        customer_id,
        period_start,
        period_end,
        is_open,
        is_trial,
        livemode
    from {{ ref('billing_periods') }}
    where usage_type = 'licensed'

),

stretches as (

    select
        subscription_item_id,
        price_id,
        is_trial,
        anchor_at,
        step_months,
        step_seconds,
        valid_from,
        valid_until
    from {{ ref('int_subscription_item_stretches') }}

),

begun as (

    select
        periods.subscription_item_id,
        periods.subscription_id,
        periods.customer_id,
        stretches.price_id,
        periods.period_start,
        periods.period_end,
        periods.is_trial,
        periods.livemode
    from periods
    inner join stretches
        on
            periods.subscription_item_id = stretches.subscription_item_id
            and periods.period_start >= stretches.valid_from
            and periods.period_start < stretches.valid_until

),

coming as (

    select
        periods.subscription_item_id,
        periods.subscription_id,
        periods.customer_id,
        stretches.price_id,
        periods.period_end as period_start,
        {{ anchored_boundary(
            'stretches.anchor_at', 'stretches.step_months', 'stretches.step_seconds',
            boundary_number_at(
                'stretches.anchor_at', 'stretches.step_months', 'stretches.step_seconds',
                'periods.period_end'
            ) ~ ' + 1'
        ) }} as period_end,
        false as is_trial,
        periods.livemode
    from periods
    inner join stretches
        on
            periods.subscription_item_id = stretches.subscription_item_id
            and periods.period_end >= stretches.valid_from
            and periods.period_end < stretches.valid_until
    where periods.is_open

)

select * from begun

union all

select * from coming
