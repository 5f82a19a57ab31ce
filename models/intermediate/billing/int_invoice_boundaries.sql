with

periods as (

    select
        subscription_id,
        customer_id,
        usage_type,
        period_start,
        period_end,
        livemode
    from {{ ref('billing_periods') }}

),

-- A subscription invoices when a period of any of its items begins or ends; where periods only
-- begin, it has something to bill if one of them is a licensed item's.
ends as (

    select
        subscription_id,
        customer_id,
        period_start as boundary_at,
        usage_type = 'licensed' as is_billed,
        livemode
    from periods

    union all

    select
        subscription_id,
        customer_id,
        period_end as boundary_at,
        true as is_billed,
        livemode
    from periods

),

boundaries as (

    select
        subscription_id,
        customer_id,
        boundary_at,
        bool_or(is_billed) as is_billed,
        livemode
    from ends
    group by subscription_id, customer_id, boundary_at, livemode

),

ordered as (

    select
        subscription_id,
        customer_id,
        boundary_at,
        is_billed,
        livemode,
        lag(boundary_at) over (
            partition by subscription_id
            order by boundary_at
        ) as previous_boundary_at
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
    boundary_at > {{ as_of() }} as is_upcoming,
    livemode
from ordered
-- Of the boundaries to come only the next one has an invoice: the upcoming one.
where
    is_billed
    and (
        boundary_at <= {{ as_of() }}
        or previous_boundary_at is null
        or previous_boundary_at <= {{ as_of() }}
    )
