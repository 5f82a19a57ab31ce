{{ config(materialized='view') }}

with

lines as (

    select * from {{ ref('int_invoice_lines') }}

),

positions as (

    select
        invoice_line_id,
        line_position
    from {{ ref('int_invoice_line_positions') }}

)

select
    lines.*,
    positions.line_position
from lines
inner join positions
    on lines.invoice_line_id = positions.invoice_line_id
