with source as (

    select * from {{ source('lake', 'invoice_items') }}

)

select
    id as invoice_item_id,
    customer as customer_id,
    invoice as invoice_id,
    date_at,
    effective_at,
    observed_at,
    content_hash,
    is_deleted
from source
