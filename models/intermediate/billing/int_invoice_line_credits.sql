with

holders as (

    select distinct customer_id
    from {{ ref('int_credit_grants') }}

),

-- Only lines of customers who have a grant.
lines as (

    select lines.*
    from {{ ref('int_invoice_lines') }} as lines
    inner join holders
        on lines.customer_id = holders.customer_id

),

not_billed_before as (

    {{ lines_not_billed_before('lines', ref('int_previously_billed_lines')) }}

),

ordered as (

    {{ ordered_invoice_lines('not_billed_before') }}

),

creditable as (

    {{ creditable_lines(
        'ordered', ref('int_invoice_line_discounts'), ref('int_invoice_terms'), ref('stg_prices')
    ) }}

),

credited as (

    {{ credit_amounts('creditable', ref('int_credit_grants'), ref('int_credit_grant_prices')) }}

)

select * from credited
