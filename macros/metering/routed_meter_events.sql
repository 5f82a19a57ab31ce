{# The events of a relation shaped like stg_meter_events with the meter that each one's name led to
   when it was received, and with what that meter's own payload keys find in it: the customer, the
   value's text, the declared dimensions (see dimension_texts). meter_key is null where no meter has
   the name.
   `condition` picks events; it may name only the relation's own columns, as `events.…`. #}
{% macro routed_meter_events(events, condition='true') %}
    {%- set reads_payload = meters_read_payload() -%}
    select
        events.batch_id,
        events.batch_row,
        events.identifier,
        events.event_name,
        events.event_at,
        events.received_at,
        events.received_sequence,
        events.livemode,
        routes.meter_key,
        routes.formula,
        routes.is_archived,
        {%- if reads_payload %}
        case
            when coalesce(routes.customer_payload_key, 'stripe_customer_id') = 'stripe_customer_id'
                then events.stripe_customer_id
            else {{ map_value('events.payload', 'routes.customer_payload_key') }}
        end as customer_id,
        case
            when coalesce(routes.value_payload_key, 'value') = 'value' then events.value
        end as landed_value,
        case
            when routes.value_payload_key <> 'value'
                then {{ map_value('events.payload', 'routes.value_payload_key') }}
        end as value_text,
        routes.customer_payload_key,
        routes.value_payload_key,
        {{- dimension_texts('events.payload', 'routes.meter_key') }}
        routes.dimension_payload_keys
        {%- else %}
        events.stripe_customer_id as customer_id,
        events.value as landed_value,
        cast(null as varchar) as value_text,
        'stripe_customer_id' as customer_payload_key,
        'value' as value_payload_key,
        routes.dimension_payload_keys
        {%- endif %}
    from {{ events }} as events
    left join {{ ref('meter_routes') }} as routes
        on
            events.event_name = routes.event_name
            and events.livemode = routes.livemode
            and events.received_at >= routes.valid_from
            and events.received_at < routes.valid_until
    where {{ condition }}
{% endmacro %}
