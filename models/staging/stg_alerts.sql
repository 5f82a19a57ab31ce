with versions as (

    {{ current_version(source('lake', 'alerts')) }}

)

select
    id as alert_id,
    title,
    alert_type,
    status,
    meter as meter_id,
    customer as customer_id,
    gte as threshold_quantity,
    recurrence,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
