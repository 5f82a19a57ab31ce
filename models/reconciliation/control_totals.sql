{#- Reads accounts, the rollup and marts, never the events themselves: it is made in every run. -#}
with

batches as (

    select * from {{ ref('landed_batches') }}

),

fates as (

    select * from {{ ref('meter_event_accounting') }}

),

meters as (

    select
        meter_id,
        meter_key,
        formula = 'sum' as is_added_up,
        window_seconds
    from {{ ref('meter_keys') }}

),

landed_rows as (

    select
        'landed_rows' as control,
        'rows' as unit,
        {{ control_keys({'stream': 'stream', 'batch_id': 'batch_id'}) }},
        accepted_count as source_whole,
        0 as source_fraction,
        staged_count as result_whole,
        0 as result_fraction
    from batches

),

meter_events_by_fate as (

    select
        'meter_events_by_fate' as control,
        'events' as unit,
        {{ control_keys({'stream': "'meter_events'", 'batch_id': 'batch_id'}) }},
        landed_count as source_whole,
        0 as source_fraction,
        effective_count + duplicate_count + cancelled_count + erroneous_count + retracted_count
            as result_whole,
        0 as result_fraction
    from fates

),

effective_events as (

    select {{ whole_side('source', 'effective_count') }}
    from fates

),

rolled_up_events as (

    select {{ whole_side('result', 'event_count') }}
    from {{ ref('meter_quarter_hours') }}

),

windowed_meters as (

    select count(*) as meter_count
    from meters
    where window_seconds is not null

),

-- A meter with a window counts the last event of it and no other, which batches do not know.
meter_events_in_rollup as (

    select
        'meter_events_in_rollup' as control,
        'events' as unit,
        {{ control_keys({'stream': "'meter_events'"}) }},
        effective_events.source_whole,
        effective_events.source_fraction,
        rolled_up_events.result_whole,
        rolled_up_events.result_fraction
    from effective_events
    cross join rolled_up_events
    cross join windowed_meters
    where windowed_meters.meter_count = 0

),

rollup as (

    select
        meters.meter_id,
        cast(
            {{ from_unix_seconds(
                'cast(' ~ whole_windows('rollup.quarter_hour', 96) ~ ' as bigint) * 86400'
            ) }} as date
        ) as day,
        rollup.customer_key,
        rollup.event_count,
        case when meters.is_added_up then rollup.value_sum end as value_sum
    from {{ ref('meter_quarter_hours') }} as rollup
    inner join meters
        on rollup.meter_key = meters.meter_key

),

summaries as (

    select
        summaries.meter_id,
        cast(summaries.start_time as date) as day,
        summaries.customer_id,
        summaries.event_count,
        case when meters.is_added_up then summaries.aggregated_value end as value_sum
    from {{ ref('meter_event_summaries_daily') }} as summaries
    inner join meters
        on summaries.meter_id = meters.meter_id

),

rolled_up_by_day as (

    select
        meter_id,
        day,
        {{ quantity_side('source', 'value_sum') }}
    from rollup
    group by
        meter_id,
        day

),

rolled_up_by_key as (

    select
        customer_key,
        meter_id,
        {{ whole_side('source', 'event_count') }}
    from rollup
    group by
        customer_key,
        meter_id

),

rolled_up_by_customer as (

    select
        customers.customer_id,
        rolled_up_by_key.meter_id,
        rolled_up_by_key.source_whole,
        rolled_up_by_key.source_fraction
    from rolled_up_by_key
    inner join {{ ref('customer_keys') }} as customers
        on rolled_up_by_key.customer_key = customers.customer_key

),

summarised_by_day as (

    select
        meter_id,
        day,
        {{ quantity_side('result', 'value_sum') }}
    from summaries
    group by
        meter_id,
        day

),

summarised_by_customer as (

    select
        customer_id,
        meter_id,
        {{ whole_side('result', 'event_count') }}
    from summaries
    group by
        customer_id,
        meter_id

),

meter_usage_in_summaries as (

    {{ control_of('meter_usage_in_summaries', 'units', ['meter_id', 'day'], 'rolled_up_by_day',
        'summarised_by_day', "'meter_events'") }}

),

meter_events_in_summaries as (

    {{ control_of('meter_events_in_summaries', 'events', ['customer_id', 'meter_id'],
        'rolled_up_by_customer', 'summarised_by_customer', "'meter_events'") }}

),

metered_periods as (

    select * from {{ ref('int_metered_quantities') }}
    where quantity_source = 'meter'

),

keyed_periods as (

    select
        periods.customer_id,
        periods.meter_id,
        customers.customer_key,
        meters.meter_key,
        {{ first_whole_quarter_hour('periods.used_from') }} as first_quarter_hour,
        {{ quarter_hour('periods.used_until') }} as end_quarter_hour
    from metered_periods as periods
    inner join meters
        on periods.meter_id = meters.meter_id
    inner join {{ ref('customer_keys') }} as customers
        on periods.customer_id = customers.customer_id

),

-- What was used in the periods that are billed, as the rollup has it tonight, for each item that
-- bills it. What a period cuts off of a quarter-hour only events tell: that is taken from the
-- period.
used_in_periods as (

    select
        periods.customer_id,
        periods.meter_id,
        rollup.event_count,
        rollup.value_sum
    from {{ ref('meter_quarter_hours') }} as rollup
    inner join keyed_periods as periods
        on
            rollup.customer_key = periods.customer_key
            and rollup.meter_key = periods.meter_key
            and rollup.quarter_hour >= periods.first_quarter_hour
            and rollup.quarter_hour < periods.end_quarter_hour

    union all

    select
        customer_id,
        meter_id,
        cut_event_count as event_count,
        cut_usage as value_sum
    from metered_periods

),

rolled_up_in_periods as (

    select
        customer_id,
        meter_id,
        coalesce(sum(event_count), 0) as event_count,
        {{ quantity_side('source', 'value_sum') }}
    from used_in_periods
    group by
        customer_id,
        meter_id

),

rolled_up_events_in_periods as (

    select
        customer_id,
        meter_id,
        event_count as source_whole,
        0 as source_fraction
    from rolled_up_in_periods

),

events_in_periods as (

    select
        customer_id,
        meter_id,
        {{ whole_side('result', 'event_count') }}
    from metered_periods
    group by
        customer_id,
        meter_id

),

meter_events_in_periods as (

    {{ control_of('meter_events_in_periods', 'events', ['customer_id', 'meter_id'],
        'rolled_up_events_in_periods', 'events_in_periods', "'meter_events'") }}

),

rolled_up_usage_in_periods as (

    select
        rolled_up_in_periods.customer_id,
        rolled_up_in_periods.meter_id,
        rolled_up_in_periods.source_whole,
        rolled_up_in_periods.source_fraction
    from rolled_up_in_periods
    inner join meters
        on rolled_up_in_periods.meter_id = meters.meter_id
    where meters.is_added_up

),

usage_in_periods as (

    select
        periods.customer_id,
        periods.meter_id,
        {{ quantity_side('result', 'periods.used_quantity') }}
    from metered_periods as periods
    inner join meters
        on periods.meter_id = meters.meter_id
    where meters.is_added_up
    group by
        periods.customer_id,
        periods.meter_id

),

meter_usage_in_periods as (

    {{ control_of('meter_usage_in_periods', 'units', ['customer_id', 'meter_id'],
        'rolled_up_usage_in_periods', 'usage_in_periods', "'meter_events'") }}

),

landed_records as (

    select {{ whole_side('source', 'accepted_count') }}
    from batches
    where stream = 'usage_records'

),

counted_records as (

    select coalesce(sum(record_count), 0) as record_count
    from {{ ref('usage_record_summaries') }}

),

uncounted_records as (

    select count(*) as record_count
    from {{ ref('uncounted_usage_records') }}

),

usage_records_by_fate as (

    select
        'usage_records_by_fate' as control,
        'records' as unit,
        {{ control_keys({'stream': "'usage_records'"}) }},
        landed_records.source_whole,
        landed_records.source_fraction,
        counted_records.record_count + uncounted_records.record_count as result_whole,
        0 as result_fraction
    from landed_records
    cross join counted_records
    cross join uncounted_records

),

recorded_usage as (

    select
        customer_id,
        {{ quantity_side('source', 'total_usage') }}
    from {{ ref('usage_record_summaries') }}
    group by customer_id

),

recorded_quantities as (

    select
        customer_id,
        {{ quantity_side('result', 'used_quantity') }}
    from {{ ref('int_metered_quantities') }}
    where quantity_source = 'usage_records'
    group by customer_id

),

usage_records_in_periods as (

    {{ control_of('usage_records_in_periods', 'units', ['customer_id'], 'recorded_usage',
        'recorded_quantities', "'usage_records'") }}

),

drafts as (

    select
        id as invoice_id,
        customer_id,
        currency,
        total
    from {{ ref('draft_invoices') }}

),

-- What could not be priced has no line, and draft_invoice_errors says so.
unpriced as (

    select distinct invoice_id
    from {{ ref('draft_invoice_errors') }}
    where invoice_id is not null

),

edited as (

    select distinct invoice_id
    from {{ ref('int_live_invoice_line_edits') }}

),

price_meters as (

    select
        id as price_id,
        meter_id
    from {{ ref('prices') }}

),

used as (

    select
        sources.customer_id,
        price_meters.meter_id,
        sources.currency,
        {{ quantity_side('source', 'sources.quantity') }}
    from {{ ref('int_invoice_line_sources') }} as sources
    left join price_meters
        on sources.price_id = price_meters.price_id
    left join unpriced
        on sources.invoice_id = unpriced.invoice_id
    where
        sources.usage_type = 'metered'
        and unpriced.invoice_id is null
    group by
        sources.customer_id,
        price_meters.meter_id,
        sources.currency

),

-- The lines of a draft that somebody edited are those before the edits, which may say anything.
lines_before_edits as (

    select
        lines.invoice_id,
        lines.customer_id,
        lines.price_id,
        lines.currency,
        lines.quantity,
        lines.quantity_source,
        lines.type,
        lines.part
    from {{ ref('draft_invoice_lines') }} as lines
    left join edited
        on lines.invoice_id = edited.invoice_id
    where edited.invoice_id is null

    union all

    select
        lines.invoice_id,
        lines.customer_id,
        lines.price_id,
        lines.currency,
        lines.quantity,
        lines.quantity_source,
        lines.type,
        lines.part
    from {{ ref('int_invoice_lines_unedited') }} as lines
    inner join edited
        on lines.invoice_id = edited.invoice_id

),

billed as (

    select
        lines.customer_id,
        price_meters.meter_id,
        lines.currency,
        {{ quantity_side('result', 'lines.quantity') }}
    from lines_before_edits as lines
    left join price_meters
        on lines.price_id = price_meters.price_id
    left join unpriced
        on lines.invoice_id = unpriced.invoice_id
    where
        lines.type = 'subscription'
        and lines.part = 'usage'
        and lines.quantity_source in ('usage_records', 'meter')
        and unpriced.invoice_id is null
    group by
        lines.customer_id,
        price_meters.meter_id,
        lines.currency

),

usage_on_lines as (

    {{ control_of('usage_on_lines', 'units', ['customer_id', 'meter_id', 'currency'], 'used',
        'billed') }}

),

line_amounts as (

    select
        customer_id,
        currency,
        {{ whole_side('source', 'total') }}
    from {{ ref('draft_invoice_lines') }}
    group by
        customer_id,
        currency

),

invoice_amounts as (

    select
        customer_id,
        currency,
        {{ whole_side('result', 'total') }}
    from drafts
    group by
        customer_id,
        currency

),

lines_on_invoices as (

    {{ control_of('lines_on_invoices', 'minor units', ['customer_id', 'currency'], 'line_amounts',
        'invoice_amounts') }}

),

controls as (

    select * from landed_rows

    union all

    select * from meter_events_by_fate

    union all

    select * from meter_events_in_rollup

    union all

    select * from meter_usage_in_summaries

    union all

    select * from meter_events_in_summaries

    union all

    select * from meter_events_in_periods

    union all

    select * from meter_usage_in_periods

    union all

    select * from usage_records_by_fate

    union all

    select * from usage_records_in_periods

    union all

    select * from usage_on_lines

    union all

    select * from lines_on_invoices

)

select
    cast(control as varchar) as control,
    cast(unit as varchar) as unit,
    stream,
    batch_id,
    day,
    customer_id,
    meter_id,
    currency,
    {{ total_that_fits('source_whole', 'source_fraction') }} as source_total,
    {{ total_that_fits('result_whole', 'result_fraction') }} as result_total,
    {{ total_that_fits(
        '(result_whole - source_whole)', '(result_fraction - source_fraction)'
    ) }} as difference,
    coalesce(
        {{ total_that_fits(
            '(result_whole - source_whole)', '(result_fraction - source_fraction)'
        ) }} = 0,
        false
    ) as is_balanced
from controls
