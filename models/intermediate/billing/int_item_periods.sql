{#- The billing periods of every item with the whole step of the calendar that each lies in, and
    what its beginning and its end mean for invoices. An item that joins or leaves within a
    period raises no invoice: what it costs until the period ends is prorated on the next one.
    A period that an item began as a metered one and ends as a licensed one is such too
    (`begins_as_metered`). Where a subscription begins with proration_behavior none, the time until
    its anchor costs nothing. -#}
with

ranges as (

    select
        subscription_item_id,
        subscription_id,
        customer_id,
        price_id,
        usage_type,
        aggregate_usage,
        meter_id,
        is_trial,
        anchor_at,
        step_months,
        step_seconds,
        run_start,
        run_end,
        first_number,
        last_number,
        livemode
    from {{ ref('int_billing_period_ranges') }}

),

numbered as (

    {{ explode_range('ranges', 'first_number', 'last_number', 'number', [
        'subscription_item_id', 'subscription_id', 'customer_id', 'price_id', 'usage_type',
        'aggregate_usage', 'meter_id', 'is_trial', 'anchor_at', 'step_months', 'step_seconds',
        'run_start', 'run_end', 'livemode'
    ]) }}

),

bounded as (

    select
        subscription_item_id,
        subscription_id,
        customer_id,
        price_id,
        usage_type,
        aggregate_usage,
        meter_id,
        is_trial,
        {{ period_start('number') }} as period_start,
        {{ period_end('number') }} as period_end,
        {{ anchored_boundary('anchor_at', 'step_months', 'step_seconds', 'number') }}
            as full_start,
        {{ anchored_boundary('anchor_at', 'step_months', 'step_seconds', 'number + 1') }}
            as full_end,
        livemode
    from numbered

),

lives as (

    select
        subscription_item_id,
        usage_type,
        item_from,
        item_until,
        joins_late,
        leaves_early
    from {{ ref('int_item_lives') }}

),

free_until_anchor as (

    {{ free_until_anchor(ref('int_subscription_versions')) }}

)

select
    bounded.subscription_item_id,
    bounded.subscription_id,
    bounded.customer_id,
    bounded.price_id,
    bounded.usage_type,
    bounded.aggregate_usage,
    bounded.meter_id,
    bounded.is_trial,
    bounded.period_start,
    bounded.period_end,
    bounded.full_start,
    bounded.full_end,
    (
        lives.joins_late
        and bounded.period_start <= lives.item_from
        and (bounded.is_trial or lives.item_from > bounded.full_start)
    )
    or (
        free_until_anchor.subscription_id is not null
        and bounded.usage_type = 'licensed'
        and not bounded.is_trial
        and bounded.period_start > bounded.full_start
    ) as begins_within,
    lives.item_from > bounded.period_start as begins_as_metered,
    lives.leaves_early
    and bounded.period_end = lives.item_until
    and (bounded.is_trial or bounded.period_end < bounded.full_end) as ends_within,
    bounded.livemode
from bounded
inner join lives
    on
        bounded.subscription_item_id = lives.subscription_item_id
        and bounded.usage_type = lives.usage_type
        -- An item that was metered before may join within the period that is billed as licensed.
        and bounded.period_end > lives.item_from
        and bounded.period_start < lives.item_until
left join free_until_anchor
    on
        bounded.subscription_id = free_until_anchor.subscription_id
        and bounded.period_start = free_until_anchor.free_from
