{#- What is billed of a period in which a metered item changed its price, as it stood from each of
    the changes on; the last of them is what holds when the period ends. Usage records are billed at
    the price in force, the whole period or what came after they were cleared. Of a meter, what was
    used before a change is billed at the price before it where the version that brings the change
    is in flexible billing mode; in classic it is not billed. -#}
with

item_periods as (

    select * from {{ ref('int_metered_periods') }}

),

segments as (

    select * from {{ ref('int_meter_price_segments') }}

),

-- The prices of each period in order.
prices as (

    select
        item_periods.subscription_item_id,
        item_periods.customer_id,
        item_periods.period_start,
        item_periods.period_end,
        segments.price_id,
        segments.meter_id,
        segments.begun_in_mode,
        segments.clears_usage,
        greatest(item_periods.period_start, segments.segment_from) as price_from,
        least(item_periods.period_end, segments.segment_until) as price_until,
        row_number() over in_order as change_number,
        coalesce(lead(segments.begun_in_mode) over in_order = 'flexible', false)
        and segments.meter_id is not null as is_kept,
        count(*) over (
            partition by item_periods.subscription_item_id, item_periods.period_start
        ) as price_count
    from item_periods
    inner join segments
        on
            item_periods.subscription_item_id = segments.subscription_item_id
            and item_periods.period_start < segments.segment_until
            and item_periods.period_end > segments.segment_from
    window in_order as (
        partition by item_periods.subscription_item_id, item_periods.period_start
        order by segments.segment_from
    )

),

-- Flexible shows what a price was in force for, classic the whole period, unless what was used
-- before is billed beside it.
shown as (

    select
        prices.*,
        case
            when
                begun_in_mode = 'flexible'
                or coalesce(bool_or(is_kept) over before, false)
                then price_from
            else period_start
        end as shown_from,
        max(case when clears_usage then price_from end) over (
            partition by subscription_item_id, period_start
            order by change_number
            rows between unbounded preceding and current row
        ) as cleared_until
    from prices
    where price_count > 1
    window before as (
        partition by subscription_item_id, period_start
        order by change_number
        rows between unbounded preceding and 1 preceding
    )

)

select
    changes.subscription_item_id,
    changes.customer_id,
    changes.period_start,
    cast(changes.change_number as integer) as change_number,
    changes.price_from as changed_at,
    case when changes.change_number < changes.price_count then changes.price_until end
        as next_changed_at,
    spans.price_id,
    spans.meter_id,
    case
        when spans.meter_id is null then coalesce(spans.cleared_until, spans.period_start)
        else spans.price_from
    end as used_from,
    case
        when spans.change_number < changes.change_number then spans.price_until
        else spans.period_end
    end as used_until,
    case when spans.meter_id is null then spans.period_start else spans.shown_from end
        as shown_from
from shown as changes
inner join shown as spans
    on
        changes.subscription_item_id = spans.subscription_item_id
        and changes.period_start = spans.period_start
        and (
            changes.change_number = spans.change_number
            or (
                changes.change_number > spans.change_number
                and changes.meter_id is not null
                and spans.is_kept
            )
        )
