{#- What adds up to the billing thresholds of subscriptions that have some: one row per event on
    a metered item, in order of receipt, with what the item and the period (the chain) have come
    to; and one row per item before any event, since the first tier's flat fee is due at no
    usage. Only usage that adds up can reach a threshold: increments of usage records, sums and
    counts of meters. -#}
with

stated_items as (

    select * from {{ ref('int_threshold_items') }}

),

stretches as (

    select
        subscription_item_id,
        batch_id,
        batch_row,
        valid_from,
        valid_until
    from {{ ref('int_subscription_item_stretches') }}
    where usage_type = 'metered' and not is_trial

),

-- A threshold stands from the version that sets it to the one that takes it away. Nobody looks at
-- it in the last day before the end that was foreseen meanwhile.
thresholds as (

    select
        stretches.subscription_item_id,
        stretches.valid_from,
        stretches.valid_until,
        stated_items.usage_gte,
        stated_items.amount_gte,
        stated_items.currency,
        stated_items.cancel_at
    from stretches
    inner join stated_items
        on
            stretches.batch_id = stated_items.batch_id
            and stretches.batch_row = stated_items.batch_row
            and stretches.subscription_item_id = stated_items.subscription_item_id

),

periods as (

    select
        concat(
            periods.subscription_id,
            ':',
            cast({{ unix_seconds('periods.period_end') }} as varchar)
        ) as chain_id,
        periods.subscription_item_id,
        periods.subscription_id,
        periods.customer_id,
        periods.price_id,
        periods.aggregate_usage,
        periods.meter_id,
        periods.period_start,
        periods.period_end,
        periods.full_end,
        max(thresholds.currency) as currency
    from {{ ref('int_item_periods') }} as periods
    inner join thresholds
        on
            periods.subscription_item_id = thresholds.subscription_item_id
            and periods.period_start < thresholds.valid_until
            and periods.period_end > thresholds.valid_from
    where periods.usage_type = 'metered' and not periods.is_trial
    group by
        periods.subscription_item_id,
        periods.subscription_id,
        periods.customer_id,
        periods.price_id,
        periods.aggregate_usage,
        periods.meter_id,
        periods.period_start,
        periods.period_end,
        periods.full_end

),

keyed_periods as (

    select
        periods.*,
        meters.meter_key,
        customers.customer_key
    from periods
    inner join {{ ref('meter_keys') }} as meters
        on periods.meter_id = meters.meter_id
    inner join {{ ref('customer_keys') }} as customers
        on periods.customer_id = customers.customer_id
    where meters.formula in ('sum', 'count')

),

threshold_meters as (

    select distinct
        meters.meter_key,
        meters.formula,
        meters.window_seconds
    from {{ ref('meter_keys') }} as meters
    inner join keyed_periods
        on meters.meter_key = keyed_periods.meter_key

),

threshold_customers as (

    select distinct customer_key
    from keyed_periods

),

customers_events as (

    select events.*
    from {{ ref('meter_events') }} as events
    inner join threshold_customers
        on events.customer_key = threshold_customers.customer_key

),

events as (

    {{ counted_meter_events(
        'customers_events', 'threshold_meters', ref('meter_event_cancellations')
    ) }}

),

added as (

    select
        keyed_periods.chain_id,
        keyed_periods.subscription_item_id as item_id,
        keyed_periods.period_start,
        events.received_at,
        events.received_sequence,
        events.event_at,
        case events.formula when 'count' then 1 else events.value end as added_quantity
    from events
    inner join keyed_periods
        on
            events.customer_key = keyed_periods.customer_key
            and events.meter_key = keyed_periods.meter_key
            and events.event_at >= keyed_periods.period_start
            and events.event_at < keyed_periods.period_end

    union all

    select
        periods.chain_id,
        periods.subscription_item_id as item_id,
        periods.period_start,
        records.received_at,
        records.received_sequence,
        records.used_at as event_at,
        records.quantity as added_quantity
    from {{ ref('int_threshold_usage_records') }} as records
    inner join periods
        on
            records.subscription_item_id = periods.subscription_item_id
            and records.used_at > periods.period_start
            and records.used_at <= periods.period_end
    where
        periods.meter_id is null
        and periods.aggregate_usage = 'sum'

),

ranked as (

    select
        chain_id,
        item_id,
        period_start,
        received_at,
        cast(added_quantity as {{ quantity_type() }}) as added_quantity,
        row_number() over (
            partition by chain_id
            order by received_at, received_sequence, event_at, item_id, added_quantity
        ) as event_rank
    from added

    union all

    select
        chain_id,
        subscription_item_id as item_id,
        period_start,
        period_start as received_at,
        cast(0 as {{ quantity_type() }}) as added_quantity,
        0 as event_rank
    from periods

),

summed as (

    select
        ranked.*,
        cast(
            sum(added_quantity) over (
                partition by chain_id, item_id
                order by event_rank
                rows between unbounded preceding and current row
            ) as {{ quantity_type() }}
        ) as item_quantity
    from ranked

),

quantities as (

    select
        concat(summed.item_id, ':', summed.chain_id, ':', cast(summed.event_rank as varchar))
            as line_source_id,
        summed.chain_id,
        summed.item_id,
        summed.event_rank,
        summed.received_at,
        summed.added_quantity,
        summed.item_quantity,
        periods.price_id,
        periods.currency,
        cast(greatest(summed.item_quantity, 0) as {{ quantity_type() }}) as quantity
    from summed
    inner join periods
        on
            summed.chain_id = periods.chain_id
            and summed.item_id = periods.subscription_item_id
            and summed.period_start = periods.period_start

),

priced as (

    {{ price_quantities('quantities', ref('int_price_tiers')) }}

),

amounts as (

    select
        line_source_id,
        sum({{ round_to_minor_units('exact_amount_decimal') }}) as item_amount
    from priced
    group by line_source_id

),

valued as (

    select
        quantities.*,
        coalesce(amounts.item_amount, 0) as item_amount,
        coalesce(amounts.item_amount, 0) - coalesce(
            lag(amounts.item_amount) over (
                partition by quantities.chain_id, quantities.item_id
                order by quantities.event_rank
            ),
            0
        ) as added_amount
    from quantities
    left join amounts
        on quantities.line_source_id = amounts.line_source_id

),

timed as (

    select
        valued.chain_id,
        valued.item_id,
        periods.subscription_id,
        periods.customer_id,
        periods.price_id,
        periods.period_start,
        periods.period_end,
        periods.full_end,
        valued.event_rank,
        -- What is received before its period begins, or as it begins, is invoiced within it.
        greatest(valued.received_at, {{ plus_seconds('periods.period_start', 1) }}) as received_at,
        valued.added_quantity,
        valued.item_quantity,
        cast(valued.item_amount as bigint) as item_amount,
        cast(
            sum(valued.added_amount) over (
                partition by valued.chain_id
                order by valued.event_rank
                range between unbounded preceding and current row
            ) as bigint
        ) as chain_amount
    from valued
    inner join periods
        on
            valued.chain_id = periods.chain_id
            and valued.item_id = periods.subscription_item_id

)

select
    timed.chain_id,
    timed.item_id,
    timed.subscription_id,
    timed.customer_id,
    timed.price_id,
    timed.period_start,
    timed.period_end,
    timed.event_rank,
    timed.received_at,
    timed.added_quantity,
    timed.item_quantity,
    timed.item_amount,
    timed.chain_amount,
    least(
        timed.period_end,
        {{ plus_seconds(
            'least(timed.full_end, coalesce(thresholds.cancel_at, timed.full_end))', -86400
        ) }}
    ) as blind_from,
    thresholds.amount_gte,
    thresholds.usage_gte
from timed
left join thresholds
    on
        timed.item_id = thresholds.subscription_item_id
        and timed.received_at >= thresholds.valid_from
        and timed.received_at < thresholds.valid_until
