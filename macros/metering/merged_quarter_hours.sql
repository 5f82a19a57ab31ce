{# Counted events into mergeable state: one row per customer, meter and quarter-hour. Every meter
   has count and sum; the extremes and the latest event are kept only where the meter's formula asks
   for them, so that the others cost nothing. `lasting` are the events of the meters whose formula
   is `last` (by event time, ties by receipt), `adding` those of all others. #}
{% macro merged_quarter_hours(adding, lasting) %}
    select
        customer_key,
        meter_key,
        {{ quarter_hour('event_at') }} as quarter_hour,
        count(*) as event_count,
        sum(value) as value_sum,
        min(case when formula = 'min' then value end) as value_min,
        max(case when formula = 'max' then value end) as value_max,
        cast(null as {{ quantity_type() }}) as last_value,
        cast(null as timestamp) as last_at,
        cast(null as timestamp) as last_received_at,
        cast(null as bigint) as last_received_sequence
    from {{ adding }}
    group by customer_key, meter_key, quarter_hour

    union all

    select
        customer_key,
        meter_key,
        quarter_hour,
        count(*) as event_count,
        sum(value) as value_sum,
        cast(null as {{ quantity_type() }}) as value_min,
        cast(null as {{ quantity_type() }}) as value_max,
        max(case when latest_rank = 1 then value end) as last_value,
        max(case when latest_rank = 1 then event_at end) as last_at,
        max(case when latest_rank = 1 then received_at end) as last_received_at,
        max(case when latest_rank = 1 then received_sequence end) as last_received_sequence
    from (
        select
            placed.*,
            row_number() over (
                partition by customer_key, meter_key, quarter_hour
                order by event_at desc, received_at desc, received_sequence desc, value desc
            ) as latest_rank
        from (
            select
                lasting.*,
                {{ quarter_hour('lasting.event_at') }} as quarter_hour
            from {{ lasting }} as lasting
        ) as placed
    ) as ranked
    group by customer_key, meter_key, quarter_hour
{% endmacro %}
