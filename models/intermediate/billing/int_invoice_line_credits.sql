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

ordered as (

    {{ ordered_invoice_lines('lines') }}

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
