with

invoice_items as (

    select
        invoice_item_id,
        tax_rates
    from {{ ref('stg_invoice_items') }}
    where not is_deleted

),

exploded as (

    {{ explode('invoice_items', 'tax_rates', ['invoice_item_id']) }}

)

select
    invoice_item_id,
    cast(position as integer) as position,
    element as tax_rate_id
from exploded
