with

-- A version says which period was current when it was made. Once a subscription has ended, Stripe
-- keeps the period that was never completed, so there is nothing to compare.
said as (

    select
        subscription_id,
        customer_id,
        current_period_start_at,
        current_period_end_at,
        date_trunc('second', effective_at) as said_at,
        livemode
    from {{ ref('int_subscription_versions') }}
    where
        is_current
        and current_period_start_at is not null
        and current_period_end_at is not null
        and effective_at <= {{ as_of() }}
        and coalesce(ends_at > effective_at, true)

),

numbered as (

    select
        said.subscription_id,
        said.said_at,
        said.current_period_start_at,
        said.current_period_end_at,
        ranges.subscription_item_id,
        ranges.anchor_at,
        ranges.step_months,
        ranges.step_seconds,
        ranges.run_start,
        ranges.run_end,
        {{ boundary_number_at(
            'ranges.anchor_at', 'ranges.step_months', 'ranges.step_seconds', 'said.said_at'
        ) }} as number
    from said
    inner join {{ ref('int_billing_period_ranges') }} as ranges
        on
            said.subscription_id = ranges.subscription_id
            and said.said_at >= ranges.usage_after
            and said.said_at < ranges.usage_until

),

computed as (

    select
        subscription_id,
        subscription_item_id,
        {{ period_start('number') }} as period_start,
        {{ period_end('number') }} as period_end,
        -- An item that joined within the period has a shorter one of its own.
        (
            {{ period_start('number') }} = current_period_start_at
            or {{ anchored_boundary('anchor_at', 'step_months', 'step_seconds', 'number') }}
            = current_period_start_at
        ) as is_same_start,
        {{ period_end('number') }} = current_period_end_at as is_same_end
    from numbered

),

-- With several intervals on one subscription it is enough that one of them agrees.
nearest as (

    select
        computed.*,
        row_number() over (
            partition by subscription_id
            order by
                case when is_same_start then 0 else 1 end
                + case when is_same_end then 0 else 1 end,
                period_end,
                period_start,
                subscription_item_id
        ) as place
    from computed

)

select
    said.subscription_id,
    said.customer_id,
    said.said_at,
    said.current_period_start_at as reported_period_start,
    said.current_period_end_at as reported_period_end,
    nearest.period_start as computed_period_start,
    nearest.period_end as computed_period_end,
    case
        when nearest.subscription_id is null then 'no_period'
        when not nearest.is_same_start and not nearest.is_same_end then 'both_differ'
        when not nearest.is_same_start then 'start_differs'
        else 'end_differs'
    end as reason,
    said.livemode
from said
left join nearest
    on
        said.subscription_id = nearest.subscription_id
        and nearest.place = 1
where nearest.subscription_id is null or not (nearest.is_same_start and nearest.is_same_end)
