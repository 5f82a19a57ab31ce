with versions as (

    {{ current_version(source('lake', 'subscription_schedules')) }}

)

select
    id as subscription_schedule_id,
    customer as customer_id,
    subscription as subscription_id,
    status,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
