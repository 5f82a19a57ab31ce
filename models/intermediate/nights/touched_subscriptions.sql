select cast('' as varchar) as subscription_id

union

select landed.reference_id as subscription_id
from {{ ref('stg_landed_references') }} as landed
inner join {{ ref('touched_customers') }} as touched
    on landed.customer_id = touched.customer_id
where landed.reference_kind = 'subscription'
