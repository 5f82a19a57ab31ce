select
    customer_id as id,
    name,
    email,
    currency,
    balance,
    tax_exempt,
    created_at,
    livemode
from {{ ref('stg_customers') }}
where not is_deleted
