with

taxable as (

    {{ taxable_lines(
        ref('int_invoice_lines'), ref('int_invoice_line_discounts'),
        ref('int_invoice_line_credits'), ref('stg_customers')
    ) }}

),

rates as (

    {{ line_tax_rates(ref('int_invoice_lines'), ref('int_invoice_tax_rates')) }}

),

taxed as (

    {{ tax_amounts('taxable', 'rates') }}

)

select * from taxed
