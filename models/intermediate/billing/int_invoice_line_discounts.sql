with

all_lines as (

    {{ lines_not_billed_before(ref('int_invoice_lines'), ref('int_previously_billed_lines')) }}

),

eligible as (

    {{ eligible_discounts(
        'all_lines', ref('int_invoice_discounts'), ref('int_coupon_products'),
        ref('int_invoice_line_own_discounts'), ref('int_invoice_lines')
    ) }}

),

eligible_ids as (

    select distinct invoice_line_id
    from eligible

),

-- Only lines that some discount touches.
lines as (

    select lines.*
    from all_lines as lines
    inner join eligible_ids
        on lines.invoice_line_id = eligible_ids.invoice_line_id

),

ordered as (

    {{ ordered_invoice_lines('lines') }}

),

discounted as (

    {{ discount_amounts('ordered', 'eligible', ref('int_invoice_lines')) }}

)

select * from discounted
