select
    tax_rate_id,
    percentage,
    is_inclusive
from {{ ref('stg_tax_rates') }}
