with

ranges as (

    select *
    from {{ ref('int_billing_period_ranges') }}
    where aggregate_usage is not null

),

-- A mark stands where a range begins and at each period with usage; it speaks for its own period
-- and for those without usage up to the next mark. So no period is looked up, and there may be many
-- more of them than there is usage.
marks as (

    select
        subscription_item_id,
        range_usage_after,
        period_number,
        1 as has_usage,
        quantity_sum,
        quantity_max,
        quantity_last,
        record_count
    from {{ ref('int_usage_per_period') }}
    where fate = 'counted'

    union all

    select
        subscription_item_id,
        usage_after as range_usage_after,
        first_number as period_number,
        0 as has_usage,
        cast(null as {{ quantity_type() }}) as quantity_sum,
        cast(null as {{ quantity_type() }}) as quantity_max,
        cast(null as {{ quantity_type() }}) as quantity_last,
        cast(0 as bigint) as record_count
    from ranges

),

followed as (

    select
        marks.*,
        last_value(quantity_last ignore nulls) over (
            partition by subscription_item_id
            order by range_usage_after, period_number, has_usage
            rows between unbounded preceding and current row
        ) as quantity_last_ever,
        case
            when
                lead(range_usage_after) over (
                    partition by subscription_item_id
                    order by range_usage_after, period_number, has_usage
                ) = range_usage_after
                then lead(period_number) over (
                    partition by subscription_item_id
                    order by range_usage_after, period_number, has_usage
                ) - 1
        end as number_until
    from marks

),

described as (

    select
        followed.subscription_item_id,
        followed.period_number,
        followed.has_usage,
        followed.record_count,
        case ranges.aggregate_usage
            when 'max' then followed.quantity_max
            when 'last_during_period' then followed.quantity_last
            when 'last_ever' then followed.quantity_last_ever
            else followed.quantity_sum
        end as quantity,
        coalesce(followed.number_until, ranges.last_number) as number_until,
        ranges.subscription_id,
        ranges.customer_id,
        ranges.price_id,
        ranges.aggregate_usage,
        ranges.anchor_at,
        ranges.step_months,
        ranges.step_seconds,
        ranges.run_start,
        ranges.run_end,
        ranges.livemode
    from followed
    inner join ranges
        on
            followed.subscription_item_id = ranges.subscription_item_id
            and followed.range_usage_after = ranges.usage_after
    -- In the order of the items, and so is the table: a look-up by item reads little of it.
    order by
        followed.subscription_item_id,
        followed.range_usage_after,
        followed.period_number

),

exploded as (

    {{ explode_range('described', 'period_number', 'number_until', 'number', [
        'subscription_item_id', 'subscription_id', 'customer_id', 'price_id', 'period_number',
        'has_usage', 'record_count', 'quantity', 'aggregate_usage', 'anchor_at', 'step_months',
        'step_seconds', 'run_start', 'run_end', 'livemode'
    ]) }}

),

summaries as (

    select
        subscription_item_id,
        subscription_id,
        customer_id,
        price_id,
        {{ period_start('number') }} as period_start,
        {{ period_end('number') }} as period_end,
        case
            when (has_usage = 1 and number = period_number) or aggregate_usage = 'last_ever'
                then coalesce(quantity, cast(0 as {{ quantity_type() }}))
            else cast(0 as {{ quantity_type() }})
        end as total_usage,
        case when number = period_number then record_count else 0 end as record_count,
        aggregate_usage,
        livemode
    from exploded

)

select
    summaries.subscription_item_id,
    summaries.subscription_id,
    summaries.customer_id,
    summaries.price_id,
    summaries.period_start,
    summaries.period_end,
    summaries.total_usage,
    summaries.record_count,
    summaries.aggregate_usage,
    summaries.period_end > {{ as_of() }} as is_open,
    billed.invoice_id as billed_invoice_id,
    summaries.livemode
from summaries
left join {{ ref('int_billed_periods') }} as billed
    on
        summaries.subscription_item_id = billed.subscription_item_id
        and summaries.period_end = billed.period_end
