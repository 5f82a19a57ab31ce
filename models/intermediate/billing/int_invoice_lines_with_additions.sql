{{ config(materialized='view') }}

-- A view: the rows lie in the tables that it brings together.
select * from {{ ref('int_invoice_lines_unedited') }}

union all

select * from {{ ref('int_moved_invoice_item_lines') }}
