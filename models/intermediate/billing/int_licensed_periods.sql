{# The periods that licensed items are billed for in advance: each one that has begun and,
    where the subscription goes on, the one that begins when the open one ends. Each at the
    terms in force when it begins, until its end as it was known then; a period that is shorter
    than the whole step is charged by the second. #}
{{ config(materialized='view') }}

with

periods as (

    select
        subscription_item_id,
        period_start,
        period_end,
        full_start,
        full_end,
        begins_within
    from {{ ref('int_item_periods') }}
    where usage_type = 'licensed'

),

terms as (

    select * from {{ ref('int_licensed_terms') }}

),

begun as (

    select
        terms.*,
        periods.period_start,
        periods.full_start,
        periods.full_end
    from periods
    inner join terms
        on
            periods.subscription_item_id = terms.subscription_item_id
            and periods.period_start >= terms.valid_from
            and periods.period_start < terms.valid_until
    where not periods.begins_within

),

free_until_anchor as (

    {{ free_until_anchor(ref('int_subscription_versions')) }}

),

coming as (

    select
        terms.*,
        periods.period_end as period_start,
        {{ boundary_number_at(
            'terms.anchor_at', 'terms.step_months', 'terms.step_seconds', 'periods.period_end'
        ) }} as number
    from periods
    inner join terms
        on
            periods.subscription_item_id = terms.subscription_item_id
            and periods.period_end >= terms.valid_from
            and periods.period_end < terms.valid_until
    where periods.period_end > {{ as_of() }}

),

bounded as (

    select
        coming.*,
        {{ anchored_boundary('anchor_at', 'step_months', 'step_seconds', 'number') }}
            as full_start,
        {{ anchored_boundary('anchor_at', 'step_months', 'step_seconds', 'number + 1') }}
            as full_end
    from coming

),

-- The time until a first anchor may cost nothing.
charged as (

    select bounded.*
    from bounded
    left join free_until_anchor
        on
            bounded.subscription_id = free_until_anchor.subscription_id
            and bounded.period_start = free_until_anchor.free_from
            and bounded.full_start < bounded.period_start
    where free_until_anchor.subscription_id is null

),

billed as (

    select
        subscription_item_id,
        subscription_id,
        customer_id,
        price_id,
        currency,
        billing_mode,
        quantity,
        item_position,
        metadata_json,
        is_trial,
        ends_at,
        period_start,
        full_start,
        full_end,
        livemode
    from begun

    union all

    select
        subscription_item_id,
        subscription_id,
        customer_id,
        price_id,
        currency,
        billing_mode,
        quantity,
        item_position,
        metadata_json,
        is_trial,
        ends_at,
        period_start,
        full_start,
        full_end,
        livemode
    from charged

)

select
    concat(
        subscription_item_id,
        ':licensed:',
        cast({{ unix_seconds('period_start') }} as varchar)
    ) as line_source_id,
    subscription_item_id,
    subscription_id,
    customer_id,
    price_id,
    currency,
    billing_mode,
    quantity,
    item_position,
    metadata_json,
    is_trial,
    period_start,
    case
        when is_trial then full_end
        else least(full_end, coalesce(ends_at, full_end))
    end as period_end,
    full_start,
    full_end,
    livemode
from billed
