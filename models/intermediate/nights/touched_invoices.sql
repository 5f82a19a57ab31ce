{%- set former = former_billing() -%}
select cast('' as varchar) as invoice_id
{%- if former is not none %}

union

select drafts.invoice_id
from {{ former['int_draft_invoices'] }} as drafts
inner join {{ ref('touched_customers') }} as touched
    on coalesce(drafts.customer_id, '') = touched.customer_id
{%- endif %}
-- depends_on: {{ ref('touched_customers') }}
