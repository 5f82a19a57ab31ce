{# An event is a duplicate when another with its identifier was received at most this many days
   before it, whether or not that one counted itself. Only the nearest earlier receipt matters, so
   what lands late can change nothing that was received further away than this. #}
{% macro identifier_window_days() -%}
    {{ var('meter_event_identifier_window_days', 35) }}
{%- endmacro %}


{# The condition that an event of an earlier run may have been received so near to one that this run
   is the first to see. Asked of whole batches, and of the span of their keys: it may say yes too
   often, so that row groups of older batches are not read. #}
{% macro may_repeat_new_events(batch_key) %}
    {%- set batches = ref('meter_event_batches') -%}
    {%- if metering_starts_anew() -%}
        {{- return('false') -}}
    {%- endif -%}
    {%- set days = 'interval ' ~ identifier_window_days() ~ ' days' -%}
    {%- set found = run_query(
        'select min(earlier.batch_key), max(earlier.batch_key) from ' ~ batches ~ ' as earlier '
        ~ 'cross join (select min(first_received_at) as first_received_at, '
        ~ 'max(last_received_at) as last_received_at from ' ~ batches
        ~ ' where run_number = ' ~ metering_run_number() ~ ') as new_batches '
        ~ 'where earlier.run_number < ' ~ metering_run_number()
        ~ ' and earlier.last_received_at + ' ~ days ~ ' >= new_batches.first_received_at'
        ~ ' and new_batches.last_received_at + ' ~ days ~ ' >= earlier.first_received_at'
    ).rows[0] -%}
    {%- if found[0] is none -%}
        {{- return('false') -}}
    {%- endif -%}
    {{- return(batch_key ~ ' between ' ~ found[0] | int ~ ' and ' ~ found[1] | int) -}}
{% endmacro %}
