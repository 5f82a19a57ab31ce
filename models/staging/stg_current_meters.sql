with versions as (

    {{ current_version(source('lake', 'meters')) }}

)

select
    id as meter_id,
    display_name,
    event_name,
    status,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
