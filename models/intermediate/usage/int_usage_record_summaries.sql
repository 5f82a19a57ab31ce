with

ranges as (

    select * from {{ ref('int_billing_period_ranges') }}

),

counted as (

    select
        subscription_item_id,
        period_start,
        quantity_sum,
        quantity_max,
        quantity_last,
        record_count
    from {{ ref('int_usage_per_period') }}
    where fate = 'counted'

),

-- Only these carry a value from one period into the next.
items_with_last_ever as (

    select distinct subscription_item_id
    from ranges
    where aggregate_usage = 'last_ever'

),

metered_ranges as (

    select ranges.*
    from ranges
    left join items_with_last_ever
        on ranges.subscription_item_id = items_with_last_ever.subscription_item_id
    where
        ranges.aggregate_usage is not null
        and items_with_last_ever.subscription_item_id is null

),

carrying_ranges as (

    select ranges.*
    from ranges
    inner join items_with_last_ever
        on ranges.subscription_item_id = items_with_last_ever.subscription_item_id
    where ranges.aggregate_usage is not null

),

{% set range_columns = [
    'subscription_item_id', 'subscription_id', 'customer_id', 'price_id', 'aggregate_usage',
    'anchor_at', 'step_months', 'step_seconds', 'run_start', 'run_end', 'livemode'
] %}
{% for name in ['metered', 'carrying'] %}
{{ name }}_numbers as (

    {{ explode_range(
        name ~ '_ranges', 'first_number', 'last_number', 'number', range_columns
    ) }}

),

{{ name }}_periods as (

    select
        subscription_item_id,
        subscription_id,
        customer_id,
        price_id,
        aggregate_usage,
        {{ period_start('number') }} as period_start,
        {{ period_end('number') }} as period_end,
        livemode
    from {{ name }}_numbers

),

{% endfor %}
metered as (

    select
        periods.*,
        case periods.aggregate_usage
            when 'max' then counted.quantity_max
            when 'last_during_period' then counted.quantity_last
            else counted.quantity_sum
        end as total_usage,
        counted.record_count
    from metered_periods as periods
    left join counted
        on
            periods.subscription_item_id = counted.subscription_item_id
            and periods.period_start = counted.period_start

),

carrying as (

    select
        periods.*,
        case periods.aggregate_usage
            when 'max' then counted.quantity_max
            when 'last_during_period' then counted.quantity_last
            when 'last_ever'
                then last_value(counted.quantity_last ignore nulls) over (
                    partition by periods.subscription_item_id
                    order by periods.period_start
                    rows between unbounded preceding and current row
                )
            else counted.quantity_sum
        end as total_usage,
        counted.record_count
    from carrying_periods as periods
    left join counted
        on
            periods.subscription_item_id = counted.subscription_item_id
            and periods.period_start = counted.period_start

),

summaries as (

    select * from metered

    union all

    select * from carrying

)

select
    summaries.subscription_item_id,
    summaries.subscription_id,
    summaries.customer_id,
    summaries.price_id,
    summaries.period_start,
    summaries.period_end,
    cast(coalesce(summaries.total_usage, 0) as {{ quantity_type() }}) as total_usage,
    cast(coalesce(summaries.record_count, 0) as bigint) as record_count,
    summaries.aggregate_usage,
    summaries.period_end > {{ as_of() }} as is_open,
    billed.invoice_id as billed_invoice_id,
    summaries.livemode
from summaries
left join {{ ref('int_billed_periods') }} as billed
    on
        summaries.subscription_item_id = billed.subscription_item_id
        and summaries.period_end = billed.period_end
