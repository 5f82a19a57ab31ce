{#- What adds up to the billing thresholds of subscriptions that have some: one row per event on
    a metered item, in order of receipt, with what the item and the period (the chain) have come
    to; and one row per item before any event, since the first tier's flat fee is due at no
    usage. Only usage that adds up can reach a threshold: increments of usage records, sums and
    counts of meters.
    Where an item changes its price, what it has come to is what would be billed then
    (int_metered_spans): each span of its usage adds up by itself. A change has a row for each span
    from then on, and for each that is not billed any more, at nothing (`is_dropped`).
    An event of a meter with an event_time_window takes back the one before it in its window. No
    threshold is looked at there, nor at a change (`is_unseen`), but at the next event. -#}
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

-- The spans of usage that are billed apart, with the prices of the item that each was billed under.
spans as (

    select
        periods.chain_id,
        periods.subscription_item_id as item_id,
        periods.customer_id,
        periods.period_start,
        periods.period_end,
        periods.currency,
        coalesce(changes.change_number, 1) as change_number,
        case when changes.change_number > 1 then changes.changed_at end as changed_at,
        changes.next_changed_at,
        coalesce(changes.price_id, periods.price_id) as price_id,
        case when changes.price_id is null then periods.meter_id else changes.meter_id end
            as meter_id,
        case
            when changes.price_id is null then periods.aggregate_usage
            else prices.aggregate_usage
        end as aggregate_usage,
        coalesce(changes.used_from, periods.period_start) as used_from,
        coalesce(changes.used_until, periods.period_end) as used_until,
        coalesce(changes.shown_from, periods.period_start) as shown_from
    from periods
    left join {{ ref('int_metered_spans') }} as changes
        on
            periods.subscription_item_id = changes.subscription_item_id
            and periods.period_start = changes.period_start
    left join {{ ref('stg_prices') }} as prices
        on changes.price_id = prices.price_id

),

keyed_spans as (

    select
        spans.*,
        concat(
            case when spans.meter_id is null then 'records:' else 'meter:' end,
            cast({{ unix_seconds('spans.used_from') }} as varchar)
        ) as span_id,
        meters.meter_key,
        meters.formula,
        customers.customer_key
    from spans
    left join {{ ref('meter_keys') }} as meters
        on spans.meter_id = meters.meter_id
    left join {{ ref('customer_keys') }} as customers
        on spans.customer_id = customers.customer_id

),

keyed_periods as (

    select distinct
        chain_id,
        item_id,
        period_start,
        period_end,
        meter_key,
        customer_key
    from keyed_spans
    where
        formula in ('sum', 'count')
        and customer_key is not null

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

    {{ arriving_meter_events(
        'customers_events', 'threshold_meters', ref('meter_event_cancellations')
    ) }}

),

added as (

    select
        keyed_periods.chain_id,
        keyed_periods.item_id,
        keyed_periods.period_start,
        keyed_periods.meter_key,
        cast(null as integer) as change_number,
        events.received_at,
        events.received_sequence,
        events.event_at,
        events.arrived_at,
        events.is_taken_back,
        case
            when events.is_taken_back
                then -(case events.formula when 'count' then 1 else events.value end)
            when events.formula = 'count' then 1
            else events.value
        end as added_quantity
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
        cast(null as integer) as meter_key,
        cast(null as integer) as change_number,
        records.received_at,
        records.received_sequence,
        records.used_at as event_at,
        records.used_at as arrived_at,
        false as is_taken_back,
        records.quantity as added_quantity
    from {{ ref('int_threshold_usage_records') }} as records
    inner join periods
        on
            records.subscription_item_id = periods.subscription_item_id
            and records.used_at > periods.period_start
            and records.used_at <= periods.period_end

    union all

    select distinct
        chain_id,
        item_id,
        period_start,
        cast(null as integer) as meter_key,
        change_number,
        changed_at as received_at,
        cast(null as bigint) as received_sequence,
        cast(null as timestamp) as event_at,
        cast(null as timestamp) as arrived_at,
        false as is_taken_back,
        cast(0 as {{ quantity_type() }}) as added_quantity
    from spans
    where changed_at is not null

),

-- A change comes before what is received in its second, and what an event takes back before the
-- event.
ranked as (

    select
        added.*,
        row_number() over (
            partition by chain_id
            order by
                received_at,
                case when change_number is null then 1 else 0 end,
                received_sequence,
                arrived_at,
                item_id,
                case when is_taken_back then 0 else 1 end,
                added_quantity
        ) as event_rank
    from added

),

-- What each event adds to the spans of every change of price from its receipt on, and where a
-- change, or the period, begins them.
steps as (

    select
        keyed_spans.chain_id,
        keyed_spans.item_id,
        keyed_spans.period_start,
        keyed_spans.change_number,
        keyed_spans.span_id,
        keyed_spans.price_id,
        keyed_spans.currency,
        keyed_spans.meter_id,
        keyed_spans.used_from,
        keyed_spans.used_until,
        keyed_spans.shown_from,
        ranked.received_at,
        cast(ranked.added_quantity as {{ quantity_type() }}) as added_quantity,
        ranked.event_rank,
        ranked.change_number is not null or ranked.is_taken_back as is_unseen,
        coalesce(ranked.received_at >= keyed_spans.changed_at, true) as is_in_force
    from ranked
    inner join keyed_spans
        on
            ranked.chain_id = keyed_spans.chain_id
            and ranked.item_id = keyed_spans.item_id
            and ranked.period_start = keyed_spans.period_start
    where
        ranked.change_number = keyed_spans.change_number
        or (
            ranked.change_number is null
            and coalesce(ranked.received_at < keyed_spans.next_changed_at, true)
            and (
                (
                    ranked.meter_key = keyed_spans.meter_key
                    and keyed_spans.formula in ('sum', 'count')
                    and ranked.event_at >= keyed_spans.used_from
                    and ranked.event_at < keyed_spans.used_until
                )
                or (
                    ranked.meter_key is null
                    and keyed_spans.meter_id is null
                    and keyed_spans.aggregate_usage = 'sum'
                    and ranked.event_at > keyed_spans.used_from
                    and ranked.event_at <= keyed_spans.used_until
                )
            )
        )

    union all

    select
        chain_id,
        item_id,
        period_start,
        change_number,
        span_id,
        price_id,
        currency,
        meter_id,
        used_from,
        used_until,
        shown_from,
        period_start as received_at,
        cast(0 as {{ quantity_type() }}) as added_quantity,
        0 as event_rank,
        false as is_unseen,
        true as is_in_force
    from keyed_spans
    where changed_at is null

),

summed as (

    select
        steps.*,
        cast(
            sum(added_quantity) over (
                partition by chain_id, item_id, change_number, span_id
                order by event_rank
                rows between unbounded preceding and current row
            ) as {{ quantity_type() }}
        ) as span_quantity
    from steps

),

quantities as (

    select
        concat(item_id, ':', chain_id, ':', cast(event_rank as varchar), ':', span_id)
            as line_source_id,
        chain_id,
        item_id,
        period_start,
        event_rank,
        span_id,
        price_id,
        currency,
        meter_id,
        used_from,
        used_until,
        shown_from,
        received_at,
        is_unseen,
        span_quantity,
        cast(greatest(span_quantity, 0) as {{ quantity_type() }}) as quantity
    from summed
    where is_in_force

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

-- The spans that a change leaves nothing of.
dropped as (

    select
        ranked.event_rank,
        ranked.received_at,
        former.*
    from ranked
    inner join keyed_spans as former
        on
            ranked.chain_id = former.chain_id
            and ranked.item_id = former.item_id
            and ranked.period_start = former.period_start
            and ranked.change_number = former.change_number + 1
    left join keyed_spans as later
        on
            ranked.chain_id = later.chain_id
            and ranked.item_id = later.item_id
            and ranked.period_start = later.period_start
            and ranked.change_number = later.change_number
            and former.span_id = later.span_id
    where later.span_id is null

),

states as (

    select
        quantities.chain_id,
        quantities.item_id,
        quantities.period_start,
        quantities.event_rank,
        quantities.span_id,
        quantities.price_id,
        quantities.meter_id,
        quantities.used_from,
        quantities.used_until,
        quantities.shown_from,
        quantities.received_at,
        quantities.is_unseen,
        false as is_dropped,
        quantities.span_quantity,
        coalesce(amounts.item_amount, 0) as span_amount
    from quantities
    left join amounts
        on quantities.line_source_id = amounts.line_source_id

    union all

    select
        chain_id,
        item_id,
        period_start,
        event_rank,
        span_id,
        price_id,
        meter_id,
        used_from,
        used_until,
        shown_from,
        received_at,
        true as is_unseen,
        true as is_dropped,
        cast(0 as {{ quantity_type() }}) as span_quantity,
        0 as span_amount
    from dropped

),

valued as (

    select
        states.*,
        span_quantity - coalesce(lag(span_quantity) over span_order, 0) as added_quantity,
        span_amount - coalesce(lag(span_amount) over span_order, 0) as added_amount
    from states
    window span_order as (partition by chain_id, item_id, span_id order by event_rank)

),

timed as (

    select
        valued.chain_id,
        valued.item_id,
        periods.subscription_id,
        periods.customer_id,
        periods.period_start,
        periods.period_end,
        periods.full_end,
        valued.event_rank,
        valued.span_id,
        valued.price_id,
        valued.meter_id,
        valued.used_from,
        valued.used_until,
        valued.shown_from,
        valued.is_unseen,
        valued.is_dropped,
        -- What is received before its period begins, or as it begins, is invoiced within it.
        greatest(valued.received_at, {{ plus_seconds('periods.period_start', 1) }}) as received_at,
        cast(valued.added_quantity as {{ quantity_type() }}) as added_quantity,
        cast(
            sum(valued.added_quantity) over (
                partition by valued.chain_id, valued.item_id
                order by valued.event_rank
                range between unbounded preceding and current row
            ) as {{ quantity_type() }}
        ) as item_quantity,
        valued.span_quantity,
        cast(valued.added_amount as bigint) as added_amount,
        cast(valued.span_amount as bigint) as span_amount,
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
    timed.period_start,
    timed.period_end,
    timed.event_rank,
    timed.span_id,
    timed.price_id,
    timed.meter_id,
    timed.used_from,
    timed.used_until,
    timed.shown_from,
    timed.is_dropped,
    timed.received_at,
    timed.added_quantity,
    timed.item_quantity,
    timed.span_quantity,
    timed.added_amount,
    timed.span_amount,
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
        not timed.is_unseen
        and timed.item_id = thresholds.subscription_item_id
        and timed.received_at >= thresholds.valid_from
        and timed.received_at < thresholds.valid_until
