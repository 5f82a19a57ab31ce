-- A control that lost its rows would agree with nothing: what has something has its rows there.
with

expected as (

    select distinct
        stream,
        'landed_rows' as control
    from {{ ref('landed_batches') }}

    union distinct

    select
        cast(null as varchar) as stream,
        'lines_on_invoices' as control
    from {{ ref('draft_invoice_lines') }}

),

kept as (

    select distinct
        stream,
        control
    from {{ ref('control_totals') }}

)

select
    expected.stream,
    expected.control
from expected
left join kept
    on
        expected.control = kept.control
        and coalesce(expected.stream, '') = coalesce(kept.stream, '')
where kept.control is null
