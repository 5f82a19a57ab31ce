with former_drafts as (

    {{ former_drafts() }}

)

select cast('' as varchar) as invoice_id

union

select former_drafts.invoice_id
from former_drafts
inner join {{ ref('touched_customers') }} as touched
    on coalesce(former_drafts.customer_id, '') = touched.customer_id
