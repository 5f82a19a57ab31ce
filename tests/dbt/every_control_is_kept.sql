-- A control that lost its rows would agree with nothing: each side that has something has its rows.
with

landed as (

    select distinct stream
    from {{ ref('landed_batches') }}

),

kept as (

    select distinct
        stream,
        control
    from {{ ref('control_totals') }}

)

select landed.stream
from landed
left join kept
    on
        landed.stream = kept.stream
        and kept.control = 'landed_rows'
where kept.stream is null

union all

select 'lines_on_invoices' as stream
from (select count(*) as lines from {{ ref('draft_invoice_lines') }}) as counted
where
    counted.lines > 0
    and not exists (select 1 from kept where kept.control = 'lines_on_invoices')
