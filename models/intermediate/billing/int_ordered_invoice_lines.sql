{{ config(materialized='view') }}

-- Lines are wide: putting them in order with all their columns costs several times as much, and so
-- does keeping them while that is done, so they are read twice. A view, since only the mart needs
-- the places of all lines; what charges lines orders those that it charges.
with

positions as (

    select
        lines.invoice_line_id,
        {{ line_position('lines') }} as line_position
    from {{ ref('int_invoice_lines') }} as lines
    where lines.exact_amount_decimal is not null

)

select
    lines.*,
    positions.line_position
from {{ ref('int_invoice_lines') }} as lines
inner join positions
    on lines.invoice_line_id = positions.invoice_line_id
