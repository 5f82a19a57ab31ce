with source as (

    select * from {{ source('lake', 'customers') }}

)

select
    id as customer_id,
    coalesce(tax_exempt, 'none') as tax_exempt,
    discount_coupon as discount_coupon_id,
    discount_start_at,
    discount_end_at,
    effective_at,
    observed_at,
    content_hash,
    is_deleted
from source
