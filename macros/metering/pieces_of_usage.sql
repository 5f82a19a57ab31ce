{# What usage is put together from, in one shape: event_count, value_sum, value_min, value_max,
   last_value, last_at, last_received_at, last_received_sequence and unique_value. Each macro gives
   the columns of one kind of piece: a row of the rollup, a row of the rollup's distinct values
   (whose events the rollup counts already), or a single event. #}
{% macro rollup_piece(rollup) -%}
    {{ rollup }}.event_count,
    {{ rollup }}.value_sum,
    {{ rollup }}.value_min,
    {{ rollup }}.value_max,
    {{ rollup }}.last_value,
    {{ rollup }}.last_at,
    {{ rollup }}.last_received_at,
    {{ rollup }}.last_received_sequence,
    cast(null as varchar) as unique_value
{%- endmacro %}


{% macro distinct_value_piece(rollup_values) -%}
    0 as event_count,
    cast(null as {{ quantity_type() }}) as value_sum,
    cast(null as {{ quantity_type() }}) as value_min,
    cast(null as {{ quantity_type() }}) as value_max,
    cast(null as {{ quantity_type() }}) as last_value,
    cast(null as timestamp) as last_at,
    cast(null as timestamp) as last_received_at,
    cast(null as bigint) as last_received_sequence,
    {{ rollup_values }}.unique_value
{%- endmacro %}


{% macro event_piece(events) -%}
    1 as event_count,
    {{ events }}.value as value_sum,
    {{ events }}.value as value_min,
    {{ events }}.value as value_max,
    {{ events }}.value as last_value,
    {{ events }}.event_at as last_at,
    {{ events }}.received_at as last_received_at,
    {{ events }}.received_sequence as last_received_sequence,
    {{ events }}.unique_value
{%- endmacro %}


{# Of the latest of a group of pieces, by event time, ties by receipt, the value or another column
   of its state. #}
{% macro latest_piece(column='last_value') -%}
    {{ latest_by(column, ordering([
        'last_at', 'last_received_at', 'last_received_sequence', 'last_value'
    ])) }}
{%- endmacro %}
