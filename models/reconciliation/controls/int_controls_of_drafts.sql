with

drafts as (

    select
        id as invoice_id,
        customer_id,
        currency,
        total
    from {{ ref('draft_invoices') }}

),

-- What could not be priced has no line, and draft_invoice_errors says so.
unpriced as (

    select distinct invoice_id
    from {{ ref('draft_invoice_errors') }}
    where
        invoice_id is not null
        and error_code in ('amount_out_of_range', 'price_currency_not_found', 'tier_not_found')

),

edited as (

    select distinct invoice_id
    from {{ ref('int_live_invoice_line_edits') }}

),

price_meters as (

    select
        id as price_id,
        meter_id
    from {{ ref('prices') }}

),

used as (

    select
        sources.customer_id,
        price_meters.meter_id,
        sources.currency,
        {{ quantity_side('source', 'sources.quantity') }}
    from {{ ref('int_invoice_line_sources') }} as sources
    left join price_meters
        on sources.price_id = price_meters.price_id
    left join unpriced
        on sources.invoice_id = unpriced.invoice_id
    where
        sources.usage_type = 'metered'
        and unpriced.invoice_id is null
    group by
        sources.customer_id,
        price_meters.meter_id,
        sources.currency

),

-- The lines of a draft that somebody edited are those before the edits, which may say anything.
lines_before_edits as (

    select
        lines.invoice_id,
        lines.customer_id,
        lines.price_id,
        lines.currency,
        lines.quantity,
        lines.quantity_source,
        lines.type,
        lines.part
    from {{ ref('draft_invoice_lines') }} as lines
    left join edited
        on lines.invoice_id = edited.invoice_id
    where edited.invoice_id is null

    union all

    select
        lines.invoice_id,
        lines.customer_id,
        lines.price_id,
        lines.currency,
        lines.quantity,
        lines.quantity_source,
        lines.type,
        lines.part
    from {{ ref('int_invoice_lines_unedited') }} as lines
    inner join edited
        on lines.invoice_id = edited.invoice_id

),

billed as (

    select
        lines.customer_id,
        price_meters.meter_id,
        lines.currency,
        {{ quantity_side('result', 'lines.quantity') }}
    from lines_before_edits as lines
    left join price_meters
        on lines.price_id = price_meters.price_id
    left join unpriced
        on lines.invoice_id = unpriced.invoice_id
    where
        lines.type = 'subscription'
        and lines.part = 'usage'
        and lines.quantity_source in ('usage_records', 'meter')
        and unpriced.invoice_id is null
    group by
        lines.customer_id,
        price_meters.meter_id,
        lines.currency

),

usage_on_lines as (

    {{ control_of('usage_on_lines', 'units', ['customer_id', 'meter_id', 'currency'], 'used',
        'billed') }}

),

line_amounts as (

    select
        customer_id,
        currency,
        {{ whole_side('source', 'total') }}
    from {{ ref('draft_invoice_lines') }}
    group by
        customer_id,
        currency

),

invoice_amounts as (

    select
        customer_id,
        currency,
        {{ whole_side('result', 'total') }}
    from drafts
    group by
        customer_id,
        currency

),

lines_on_invoices as (

    {{ control_of('lines_on_invoices', 'minor units', ['customer_id', 'currency'], 'line_amounts',
        'invoice_amounts') }}

)

select * from usage_on_lines

union all

select * from lines_on_invoices
