select cast('' as varchar) as subscription_item_id

union

select landed.reference_id as subscription_item_id
from {{ ref('stg_landed_references') }} as landed
inner join {{ ref('touched_customers') }} as touched
    on landed.customer_id = touched.customer_id
where landed.reference_kind = 'subscription_item'

union

select subscription_item_id
from {{ ref('touched_usage') }}
