{{ config(materialized='view') }}

-- A view: the rows lie in the tables that it brings together.
select
    invoice_line_id,
    invoice_id,
    customer_id,
    subscription_id,
    subscription_item_id,
    invoice_item_id,
    price_id,
    product_id,
    type,
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
    is_proration,
    is_discountable,
    metadata_json,
    sort_group,
    sorted_at,
    item_position,
    livemode
from {{ ref('int_priced_lines') }}

union all

select * from {{ ref('int_invoice_item_lines') }}

union all

select * from {{ ref('int_proration_lines') }}

union all

select * from {{ ref('int_previously_billed_lines') }}
