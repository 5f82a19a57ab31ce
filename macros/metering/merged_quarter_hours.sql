{# Counted events into mergeable state: one row per customer, meter and quarter-hour. Every meter
   has count and sum; the extremes and the latest event are kept only where the meter's formula asks
   for them, and have no column where no meter's does (see kept_state), so that the others cost
   nothing. `lasting` are the events of the meters whose formula is `last` (by event time, ties by
   receipt), `adding` those of all others. #}
{% macro merged_quarter_hours(adding, lasting) %}
    {%- set kept = kept_state() %}
    select
        customer_key,
        meter_key,
        {{ quarter_hour('event_at') }} as quarter_hour,
        {%- if 'value_min' in kept %}
        min(case when formula = 'min' then value end) as value_min,
        {%- endif %}
        {%- if 'value_max' in kept %}
        max(case when formula = 'max' then value end) as value_max,
        {%- endif %}
        {%- if 'last_value' in kept %}
        cast(null as {{ quantity_type() }}) as last_value,
        cast(null as timestamp) as last_at,
        cast(null as timestamp) as last_received_at,
        cast(null as bigint) as last_received_sequence,
        {%- endif %}
        count(*) as event_count,
        sum(value) as value_sum
    from {{ adding }}
    group by customer_key, meter_key, quarter_hour

    {%- if 'last_value' in kept %}

    union all

    select
        customer_key,
        meter_key,
        quarter_hour,
        {%- if 'value_min' in kept %}
        cast(null as {{ quantity_type() }}) as value_min,
        {%- endif %}
        {%- if 'value_max' in kept %}
        cast(null as {{ quantity_type() }}) as value_max,
        {%- endif %}
        max(case when latest_rank = 1 then value end) as last_value,
        max(case when latest_rank = 1 then event_at end) as last_at,
        max(case when latest_rank = 1 then received_at end) as last_received_at,
        max(case when latest_rank = 1 then received_sequence end) as last_received_sequence,
        count(*) as event_count,
        sum(value) as value_sum
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
    {%- endif %}
{% endmacro %}


{# The columns that only some formulas ask for, by formula, with their types. #}
{% macro state_by_formula() %}
    {%- set quantity = quantity_type() -%}
    {{- return({
        'min': {'value_min': quantity},
        'max': {'value_max': quantity},
        'last': {
            'last_value': quantity,
            'last_at': 'timestamp',
            'last_received_at': 'timestamp',
            'last_received_sequence': 'bigint',
        },
    }) -}}
{% endmacro %}


{# Those of them that some meter's formula asks for. #}
{% macro kept_state() %}
    {%- set kept = [] -%}
    {%- for formula, columns in state_by_formula().items() -%}
        {%- if has_meters("formula = '" ~ formula ~ "'") -%}
            {%- do kept.extend(columns) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(kept) -}}
{% endmacro %}


{# All of them, of a relation that has those that are kept. #}
{% macro state_of_quarter_hours() %}
    {%- set kept = kept_state() -%}
    {%- set state = [] -%}
    {%- for columns in state_by_formula().values() -%}
        {%- for column, type in columns.items() -%}
            {%- do state.append(
                column if column in kept else 'cast(null as ' ~ type ~ ') as ' ~ column
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- state | join(',\n    ') -}}
{% endmacro %}
