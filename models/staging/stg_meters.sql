with versions as (

    {{ current_version(source('lake', 'meters')) }}

)

select
    id as meter_id,
    display_name,
    event_name,
    coalesce(status, 'active') as status,
    coalesce(default_aggregation_formula, 'sum') as default_aggregation_formula,
    event_time_window,
    coalesce(customer_payload_key, 'stripe_customer_id') as customer_payload_key,
    coalesce(value_payload_key, 'value') as value_payload_key,
    dimension_payload_keys,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
