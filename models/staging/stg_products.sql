with versions as (

    {{ current_version(source('lake', 'products')) }}

)

select
    id as product_id,
    name,
    unit_label,
    active as is_active,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
