with

periods as (

    select * from {{ ref('int_item_periods') }}

),

changes as (

    select
        subscription_id,
        customer_id,
        changed_at,
        proration_behavior,
        livemode
    from {{ ref('int_licensed_changes') }}

),

crossings as (

    select distinct
        billings.subscription_id,
        billings.customer_id,
        billings.crossed_at,
        periods.livemode
    from {{ ref('int_threshold_billings') }} as billings
    inner join periods
        on
            billings.subscription_item_id = periods.subscription_item_id
            and billings.period_start = periods.period_start

),

subscription_ends as (

    {{ subscription_ends(ref('int_subscription_versions')) }}

),

-- Where a subscription was cancelled at once and said that nothing is prorated, nothing of the
-- period that this cut off is invoiced, what was used in it neither.
ended_unprorated as (

    select
        subscription_id,
        ends_at
    from subscription_ends
    where is_at_once and proration_behavior = 'none'

),

-- A subscription invoices when a period of any of its items begins or ends; where periods only
-- begin, it has something to bill if one of them is a licensed item's. What was used of an item
-- that usage records feed is billed when it leaves. Where licensed periods only end, there are no
-- lines but those that wait for the next invoice.
ends as (

    select
        subscription_id,
        customer_id,
        period_start as boundary_at,
        usage_type = 'licensed' and not begins_as_metered as is_billed,
        usage_type = 'licensed' and not begins_as_metered as has_lines,
        cast(null as varchar) as reason,
        livemode
    from periods
    where not begins_within or begins_as_metered

    union all

    select
        periods.subscription_id,
        periods.customer_id,
        periods.period_end as boundary_at,
        true as is_billed,
        periods.usage_type = 'metered' as has_lines,
        cast(null as varchar) as reason,
        periods.livemode
    from periods
    left join ended_unprorated
        on
            periods.subscription_id = ended_unprorated.subscription_id
            and periods.period_end = ended_unprorated.ends_at
            and periods.period_end < periods.full_end
    where
        ended_unprorated.subscription_id is null
        and (
            not periods.ends_within
            or (periods.usage_type = 'metered' and periods.meter_id is null)
        )

    union all

    -- Changes that are invoiced at once.
    select
        subscription_id,
        customer_id,
        changed_at as boundary_at,
        true as is_billed,
        true as has_lines,
        'subscription_update' as reason,
        livemode
    from changes
    where proration_behavior = 'always_invoice'

    union all

    select
        subscription_id,
        customer_id,
        crossed_at as boundary_at,
        true as is_billed,
        true as has_lines,
        'subscription_threshold' as reason,
        livemode
    from crossings

),

boundaries as (

    select
        subscription_id,
        customer_id,
        boundary_at,
        bool_or(is_billed) as is_billed,
        bool_or(has_lines) as has_lines,
        -- What is a period's boundary too is that before all.
        case when count(*) = count(reason) then max(reason) end as reason,
        livemode
    from ends
    group by
        subscription_id,
        customer_id,
        boundary_at,
        livemode

),

ordered as (

    select
        subscription_id,
        customer_id,
        boundary_at,
        is_billed,
        has_lines,
        reason,
        livemode,
        lag(boundary_at) over (
            partition by subscription_id
            order by boundary_at
        ) as previous_boundary_at,
        max(case when is_billed then boundary_at end) over (
            partition by subscription_id
            order by boundary_at
            rows between unbounded preceding and 1 preceding
        ) as previous_billed_at
    from boundaries

)

select
    {{ draft_invoice_id('subscription_id', 'boundary_at') }} as invoice_id,
    subscription_id,
    customer_id,
    boundary_at,
    coalesce(previous_boundary_at, boundary_at) as period_start,
    boundary_at as period_end,
    previous_boundary_at is null as is_first,
    -- What waits since the invoice before goes on this one. A period may begin in between without
    -- one, which only the shown period tells.
    previous_billed_at,
    reason,
    has_lines,
    boundary_at > {{ as_of() }} as is_upcoming,
    livemode
from ordered
-- Of the boundaries to come only the next one has an invoice: the upcoming one.
where
    is_billed
    and (
        boundary_at <= {{ as_of() }}
        or previous_billed_at is null
        or previous_billed_at <= {{ as_of() }}
    )
