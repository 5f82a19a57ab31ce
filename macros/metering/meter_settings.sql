{# What judging and adding up an event needs to know of its meter. #}
{% macro meter_settings(meters) %}
    select
        meter_id,
        default_aggregation_formula as formula,
        case event_time_window when 'hour' then 3600 when 'day' then 86400 end as window_seconds,
        customer_payload_key,
        value_payload_key,
        {{ distinct_elements('dimension_payload_keys') }} as dimension_payload_keys,
        livemode
    from {{ meters }}
{% endmacro %}
