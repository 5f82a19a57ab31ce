{# Usage over any periods, to the second. `periods` is a relation of period_key (unique), meter_id,
   customer_id, period_start (inclusive) and period_end (exclusive); the result is one row per
   period_key with aggregated_value and event_count, both 0 where nothing was used.

   Whole quarter-hours come from the rollup. What a period cuts off of a quarter-hour at either end
   comes from the events themselves: cut_event_count and cut_usage (their values added up, whatever
   the formula) say how much of it did. #}
{% macro meter_usage_over(periods) %}
    with usage_periods as (

        select
            periods.period_key,
            meters.meter_key,
            meters.formula,
            customers.customer_key,
            periods.period_start,
            periods.period_end,
            {{ first_whole_quarter_hour('periods.period_start') }} as first_quarter_hour,
            {{ quarter_hour('periods.period_end') }} as end_quarter_hour
        from {{ periods }} as periods
        inner join {{ ref('meter_keys') }} as meters on periods.meter_id = meters.meter_id
        inner join {{ ref('customer_keys') }} as customers
            on periods.customer_id = customers.customer_id
        where periods.period_start < periods.period_end

    ),

    edges as (

        select
            period_key,
            meter_key,
            customer_key,
            period_start,
            period_end,
            first_quarter_hour - 1 as quarter_hour
        from usage_periods
        where not {{ is_quarter_hour('period_start') }}

        union

        select
            period_key,
            meter_key,
            customer_key,
            period_start,
            period_end,
            end_quarter_hour as quarter_hour
        from usage_periods
        where not {{ is_quarter_hour('period_end') }}

    ),

    edge_meters as (

        select distinct
            meters.meter_key,
            meters.formula,
            meters.window_seconds
        from {{ ref('meter_keys') }} as meters
        inner join edges on meters.meter_key = edges.meter_key

    ),

    edge_events as (

        {{ counted_meter_events(
            ref('meter_events'), 'edge_meters', ref('meter_event_cancellations')
        ) }}

    ),

    pieces as (

        select
            usage_periods.period_key,
            usage_periods.formula,
            false as is_cut,
            {{ rollup_piece('rollup') }}
        from {{ ref('meter_quarter_hours') }} as rollup
        inner join usage_periods
            on
                rollup.customer_key = usage_periods.customer_key
                and rollup.meter_key = usage_periods.meter_key
                and rollup.quarter_hour >= usage_periods.first_quarter_hour
                and rollup.quarter_hour < usage_periods.end_quarter_hour

        union all

        select
            usage_periods.period_key,
            usage_periods.formula,
            false as is_cut,
            {{ distinct_value_piece('rollup_values') }}
        from {{ ref('meter_quarter_hour_values') }} as rollup_values
        inner join usage_periods
            on
                rollup_values.customer_key = usage_periods.customer_key
                and rollup_values.meter_key = usage_periods.meter_key
                and rollup_values.quarter_hour >= usage_periods.first_quarter_hour
                and rollup_values.quarter_hour < usage_periods.end_quarter_hour

        union all

        select
            edges.period_key,
            edge_events.formula,
            true as is_cut,
            {{ event_piece('edge_events') }}
        from edge_events
        inner join edges
            on
                edge_events.customer_key = edges.customer_key
                and edge_events.meter_key = edges.meter_key
                and {{ quarter_hour('edge_events.event_at') }} = edges.quarter_hour
                and edge_events.event_at >= edges.period_start
                and edge_events.event_at < edges.period_end

    ),

    aggregated as (

        {{ aggregated_pieces('pieces', ['period_key']) }}

    ),

    cuts as (

        select
            period_key,
            sum(event_count) as event_count,
            sum(value_sum) as value_sum
        from pieces
        where is_cut
        group by period_key

    )

    select
        periods.period_key,
        cast(coalesce(aggregated.aggregated_value, 0) as {{ quantity_type() }}) as aggregated_value,
        cast(coalesce(aggregated.event_count, 0) as bigint) as event_count,
        cast(coalesce(cuts.event_count, 0) as bigint) as cut_event_count,
        cast(coalesce(cuts.value_sum, 0) as {{ quantity_type() }}) as cut_usage
    from {{ periods }} as periods
    left join aggregated on periods.period_key = aggregated.period_key
    left join cuts on periods.period_key = cuts.period_key
{% endmacro %}
