{#- Which draft spends a `once` discount is decided by what stands on the drafts without any edit:
    editing one draft does not take a discount from another. -#}
with

unedited as (

    select * from {{ ref('int_invoice_lines_unedited') }}

),

landed_items as (

    {{ unedited_invoice_items(ref('int_invoice_items')) }}

),

landed_lines as (

    select * from unedited

    union all

    {{ taken_invoice_item_lines(
        'landed_items', ref('int_draft_invoices'), ref('int_invoice_item_waits'), as_of()
    ) }}

),

lines as (

    {{ lines_not_billed_before('landed_lines', ref('int_previously_billed_lines')) }}

),

in_force as (

    {{ discounts_in_force(
        ref('int_subscription_discount_candidates'), ref('int_invoice_terms'), ref('stg_coupons'),
        'lines', ref('int_coupon_products'), 'landed_lines'
    ) }}

)

select * from in_force
