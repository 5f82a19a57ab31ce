{# Every customer that an event names, by its meter's own payload key; nothing where customers have
   landed, because then only those count. Asked beforehand: the answer decides whether the lake's
   events are read at all. A run that adds reads its new events, and those whose meter landed since:
   only now is it known where they name their customer. #}
{% macro customers_named_in_events() %}
    {%- set customers = ref('stg_customers') -%}
    {%- set events = ref('stg_meter_events') -%}
    {%- set has_customers = execute and run_query(
        'select count(*) from (select 1 from ' ~ customers ~ ' limit 1) as landed'
    ).columns[0].values()[0] > 0 -%}
    select distinct routed.customer_id
    from (
        {{ routed_meter_events(events, 'false' if has_customers else
            '(' ~ is_in_new_batch('events.batch_id') ~ ' or ' ~ is_newly_named() ~ ')') }}
    ) as routed
    where routed.customer_id <> ''
{% endmacro %}


{# The condition that an event had no meter in the run before and has one now. #}
{% macro is_newly_named() %}
    {%- set routes = ref('meter_routes') -%}
    {%- set former_errors = former_relation('meter_event_errors', 'main') -%}
    {%- if former_errors is none or metering_starts_anew() -%}
        {{- return('false') -}}
    {%- endif -%}
    {%- set newly_named -%}
        from {{ former_errors }} as refused
        where
            refused.error_code = 'no_meter'
            and (refused.event_name, refused.livemode) in (
                select (event_name, livemode) from {{ routes }}
            )
    {%- endset -%}
    {%- set batches = run_query(
        'select distinct refused.batch_id ' ~ newly_named
    ).columns[0].values() | list -%}
    {%- if not batches -%}
        {{- return('false') -}}
    {%- endif -%}
    {{- return(
        '(' ~ in_list('events.batch_id', batches) ~ ' and (events.batch_id, events.batch_row) in '
        ~ '(select (refused.batch_id, refused.batch_row) ' ~ newly_named ~ '))'
    ) -}}
{% endmacro %}
