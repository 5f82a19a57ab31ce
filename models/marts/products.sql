select
    product_id as id,
    name,
    unit_label,
    is_active,
    created_at,
    livemode
from {{ ref('stg_products') }}
where not is_deleted
