{# Every customer that an event names, by its meter's own payload key. #}
{% macro customers_named_in_events() %}
    select distinct routed.customer_id
    from (
        {{ routed_meter_events(ref('stg_meter_events')) }}
    ) as routed
    where routed.customer_id <> ''
{% endmacro %}
