{# Every customer that an event names, by its meter's own payload key; nothing where customers have
   landed, because then only those count. Asked beforehand: the answer decides whether the lake's
   events are read at all. #}
{% macro customers_named_in_events() %}
    {%- set customers = ref('stg_customers') -%}
    {%- set events = ref('stg_meter_events') -%}
    {%- set has_customers = execute and run_query(
        'select count(*) from (select 1 from ' ~ customers ~ ' limit 1) as landed'
    ).columns[0].values()[0] > 0 -%}
    select distinct routed.customer_id
    from (
        {{ routed_meter_events(
            events, 'false' if has_customers else is_in_new_batch('events.batch_id')
        ) }}
    ) as routed
    where routed.customer_id <> ''
{% endmacro %}
