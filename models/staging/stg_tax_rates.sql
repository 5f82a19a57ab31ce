with versions as (

    {{ current_version(source('lake', 'tax_rates')) }}

)

select
    id as tax_rate_id,
    percentage,
    inclusive as is_inclusive,
    display_name,
    jurisdiction,
    active as is_active,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
