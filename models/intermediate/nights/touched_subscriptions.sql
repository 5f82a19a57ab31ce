select cast('' as varchar) as subscription_id
{%- if former_billing() is not none %}

union

select landed.reference_id as subscription_id
from {{ ref('stg_landed_references') }} as landed
inner join {{ ref('touched_customers') }} as touched
    on landed.customer_id = touched.customer_id
where landed.reference_kind = 'subscription'
{%- endif %}
-- depends_on: {{ ref('touched_customers') }}
-- depends_on: {{ ref('stg_landed_references') }}
