with

creditable as (

    {{ creditable_lines(
        ref('int_ordered_invoice_lines'), ref('int_invoice_line_discounts'),
        ref('int_invoice_terms'), ref('stg_prices')
    ) }}

),

credited as (

    {{ credit_amounts('creditable', ref('int_credit_grants'), ref('int_credit_grant_prices')) }}

)

select * from credited
