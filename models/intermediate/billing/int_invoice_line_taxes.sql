with

rates as (

    {{ line_tax_rates(
        ref('int_invoice_lines'), ref('int_invoice_tax_rates'),
        ref('int_invoice_line_own_tax_rates')
    ) }}

),

rated_ids as (

    select distinct invoice_line_id
    from rates

),

-- Only lines that some rate taxes.
lines as (

    select lines.*
    from {{ ref('int_invoice_lines') }} as lines
    inner join rated_ids
        on lines.invoice_line_id = rated_ids.invoice_line_id

),

ordered as (

    {{ ordered_invoice_lines('lines') }}

),

taxable as (

    {{ taxable_lines(
        'ordered', ref('int_invoice_line_discounts'), ref('int_invoice_line_credits'),
        ref('int_invoice_terms')
    ) }}

),

taxed as (

    {{ tax_amounts('taxable', 'rates') }}

)

select * from taxed

union all

{{ given_tax_amounts(ref('int_invoice_lines')) }}
