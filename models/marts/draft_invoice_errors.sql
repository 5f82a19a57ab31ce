with

problems as (

    select
        error_code,
        invoice_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        price_id,
        currency,
        subject_id,
        missing_id,
        coupon_currency,
        quantity,
        unit_amount_decimal,
        last_up_to,
        period_start,
        period_end,
        livemode
    from {{ ref('int_draft_invoice_problems') }}
    where error_code <> 'product_not_found'

    union all

    -- A product is missing once, whoever is billed for it.
    select distinct
        error_code,
        invoice_id,
        cast(null as varchar) as customer_id,
        subscription_id,
        subscription_item_id,
        price_id,
        currency,
        subject_id,
        missing_id,
        coupon_currency,
        quantity,
        unit_amount_decimal,
        last_up_to,
        period_start,
        period_end,
        livemode
    from {{ ref('int_draft_invoice_problems') }}
    where error_code = 'product_not_found'

)

select
    {{ stable_id('dierr_', ['error_code', 'invoice_id', 'subject_id']) }} as id,
    error_code,
    {{ draft_invoice_error_message() }} as error_message,
    invoice_id,
    customer_id,
    subscription_id,
    subscription_item_id,
    price_id,
    currency,
    quantity,
    unit_amount_decimal,
    period_start,
    period_end,
    livemode
from problems
