{{ config(materialized='view') }}

-- A view: the rows lie in the tables that it brings together, and what all priced lines have in
-- common is written nowhere.
select
    invoice_line_id,
    invoice_id,
    customer_id,
    subscription_id,
    subscription_item_id,
    cast(null as varchar) as invoice_item_id,
    price_id,
    product_id,
    cast('subscription' as varchar) as type,
    tier,
    part,
    description,
    currency,
    quantity,
    billed_quantity,
    quantity_source,
    unit_amount_decimal,
    exact_amount_decimal,
    amount,
    period_start,
    period_end,
    false as is_proration,
    true as is_discountable,
    metadata_json,
    cast(1 as integer) as sort_group,
    period_start as sorted_at,
    item_position,
    livemode
from {{ ref('int_priced_lines') }}

union all

select * from {{ ref('int_invoice_item_lines') }}

union all

select * from {{ ref('int_proration_lines') }}

union all

select * from {{ ref('int_previously_billed_lines') }}
