{# Rows of the rollup of quarter-hours into rows of the same state per customer, meter and UTC day
   (counted from 1970). The latest event is looked for only among rows that have one: those of
   meters whose formula is `last`. #}
{% macro merged_days(quarter_hours) %}
    {%- set kept = kept_state() %}
    {%- set lasts = state_by_formula()['last'] %}
    select
        customer_key,
        meter_key,
        {{ whole_windows('quarter_hour', 96) }} as utc_day,
        {%- for column in ['value_min', 'value_max'] if column in kept %}
        {{ column.removeprefix('value_') }}({{ column }}) as {{ column }},
        {%- endfor %}
        {%- if 'last_value' in kept %}
        {%- for column, type in lasts.items() %}
        cast(null as {{ type }}) as {{ column }},
        {%- endfor %}
        {%- endif %}
        cast(sum(event_count) as bigint) as event_count,
        sum(value_sum) as value_sum
    from {{ quarter_hours }}
    where last_at is null
    group by customer_key, meter_key, utc_day

    {%- if 'last_value' in kept %}

    union all

    select
        customer_key,
        meter_key,
        {{ whole_windows('quarter_hour', 96) }} as utc_day,
        {%- for column in ['value_min', 'value_max'] if column in kept %}
        cast(null as {{ quantity_type() }}) as {{ column }},
        {%- endfor %}
        {%- for column in lasts %}
        {{ latest_piece(column) }} as {{ column }},
        {%- endfor %}
        cast(sum(event_count) as bigint) as event_count,
        sum(value_sum) as value_sum
    from {{ quarter_hours }}
    where last_at is not null
    group by customer_key, meter_key, utc_day
    {%- endif %}
{% endmacro %}


{# The quarter-hours of which a run makes rows of days: where it starts anew all of them; otherwise
   those that it brought and, of the days in which it made a quarter-hour again, all. #}
{% macro quarter_hours_to_add_up() %}
    {%- set rollup = ref('meter_quarter_hours') %}
    {%- if metering_starts_anew() %}
    select * from {{ rollup }}
    {%- else %}
    {%- set dirty = dirty_range() %}
    select brought.*
    from {{ rollup }} as brought
    left join ({{ dirty_days() }}) as dirty
        on {{ is_of_day('brought', 'dirty') }}
    where brought.run_number = {{ metering_run_number() }} and dirty.customer_key is null

    union all

    select recounted.*
    from {{ rollup }} as recounted
    inner join ({{ dirty_days() }}) as dirty
        on {{ is_of_day('recounted', 'dirty') }}
    where
        recounted.quarter_hour >= {{ dirty[0] }} - 96
        and recounted.quarter_hour < {{ dirty[1] }} + 96
    {%- endif %}
{% endmacro %}


{# The days of customers and meters in which a run makes quarter-hours again. A window in which
   events replace each other never reaches from one UTC day into another. #}
{% macro dirty_days() %}
    select distinct
        customer_key,
        meter_key,
        {{ whole_windows('first_quarter_hour', 96) }} as utc_day
    from {{ ref('meter_dirty_quarter_hours') }}
{% endmacro %}


{% macro is_of_day(rollup, days) -%}
    {{ rollup }}.customer_key = {{ days }}.customer_key
        and {{ rollup }}.meter_key = {{ days }}.meter_key
        and {{ whole_windows(rollup ~ '.quarter_hour', 96) }} = {{ days }}.utc_day
{%- endmacro %}
