{# Usage per meter, customer and UTC window, from the rollup: one row per window that holds an
   event. `window` is hour or day; `quarter_hours` is how many quarter-hours it has. Days are merged
   from the rollup of days. #}
{% macro rollup_summaries(window, quarter_hours) %}
    with pieces as (

        select
            rollup.meter_key,
            rollup.customer_key,
            {%- if window == 'day' %}
            rollup.utc_day as window_number,
            {%- else %}
            {{ whole_windows('rollup.quarter_hour', quarter_hours) }} as window_number,
            {%- endif %}
            meters.formula,
            {{ rollup_piece('rollup') }}
        from {{ ref('meter_days') if window == 'day' else ref('meter_quarter_hours') }} as rollup
        inner join {{ ref('meter_keys') }} as meters on rollup.meter_key = meters.meter_key

        union all

        select
            rollup_values.meter_key,
            rollup_values.customer_key,
            {{ whole_windows('rollup_values.quarter_hour', quarter_hours) }} as window_number,
            'unique_count' as formula,
            {{ distinct_value_piece('rollup_values') }}
        from {{ ref('meter_quarter_hour_values') }} as rollup_values

    ),

    aggregated as (

        {{ aggregated_pieces('pieces', ['meter_key', 'customer_key', 'window_number']) }}

    ),

    named as (

        select
            meters.meter_id,
            customers.customer_id,
            cast(aggregated.window_number as bigint) * {{ quarter_hours * 900 }} as start_seconds,
            aggregated.aggregated_value,
            aggregated.event_count,
            meters.livemode
        from aggregated
        inner join {{ ref('meter_keys') }} as meters
            on aggregated.meter_key = meters.meter_key
        inner join {{ ref('customer_keys') }} as customers
            on aggregated.customer_key = customers.customer_key

    )

    select
        {{ summary_id('meter_id', 'customer_id', 'start_seconds',
            'start_seconds + ' ~ (quarter_hours * 900), "'" ~ window ~ "'") }} as id,
        meter_id,
        customer_id,
        {{ from_unix_seconds('start_seconds') }} as start_time,
        {{ from_unix_seconds('start_seconds + ' ~ (quarter_hours * 900)) }} as end_time,
        aggregated_value,
        '{{ window }}' as value_grouping_window,
        event_count,
        livemode
    from named
{% endmacro %}
