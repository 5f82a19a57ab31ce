with source as (

    select * from {{ source('lake', 'meters') }}

)

select
    id as meter_id,
    not is_deleted and coalesce(status, 'active') <> 'inactive' as is_active,
    {{ from_unix_seconds(json_text('object_json', 'status_transitions.deactivated_at')) }}
        as deactivated_at,
    effective_at,
    observed_at,
    content_hash
from source
