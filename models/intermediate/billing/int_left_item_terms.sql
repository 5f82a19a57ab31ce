{#- The items that left their subscription since the draft before: what they used, and what is given
    back of them, may be on this one, on the discounts and tax rates that they had. -#}
with

drafts as (

    select
        invoice_id,
        subscription_id,
        customer_id,
        period_start,
        created_at
    from {{ ref('int_draft_invoices') }}

),

lives as (

    select * from {{ ref('int_item_lives') }}

),

left_items as (

    select
        lives.subscription_item_id,
        lives.subscription_id,
        lives.item_until,
        stretches.batch_id,
        stretches.batch_row
    from lives
    inner join {{ ref('int_subscription_item_stretches') }} as stretches
        on
            lives.subscription_item_id = stretches.subscription_item_id
            and lives.item_until = stretches.valid_until
    where lives.leaves_early

)

select
    drafts.invoice_id,
    drafts.customer_id,
    left_items.subscription_item_id,
    left_items.batch_id,
    left_items.batch_row
from drafts
inner join left_items
    on
        drafts.subscription_id = left_items.subscription_id
        and drafts.period_start < left_items.item_until
        and drafts.created_at >= left_items.item_until
-- What came back by then is on the terms that it has now.
left join lives as later_lives
    on
        left_items.subscription_item_id = later_lives.subscription_item_id
        and drafts.created_at >= later_lives.item_from
        and left_items.item_until < later_lives.item_until
where later_lives.subscription_item_id is null
