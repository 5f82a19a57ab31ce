{#- Each draft with the version of its subscription that says which discounts and tax rates apply:
    the last one in force at its boundary. -#}
with

drafts as (

    select
        invoice_id,
        subscription_id,
        customer_id,
        currency,
        period_end,
        created_at,
        is_upcoming
    from {{ ref('int_draft_invoices') }}

),

versions as (

    select
        subscription_id,
        batch_id,
        batch_row,
        valid_from,
        lead(valid_from) over (
            partition by subscription_id
            order by version_number
        ) as next_valid_from
    from {{ ref('int_subscription_versions') }}

)

select
    drafts.invoice_id,
    drafts.subscription_id,
    drafts.customer_id,
    drafts.currency,
    drafts.period_end,
    drafts.created_at,
    drafts.is_upcoming,
    versions.batch_id,
    versions.batch_row
from drafts
left join versions
    on
        drafts.subscription_id = versions.subscription_id
        and drafts.created_at >= versions.valid_from
        and (versions.next_valid_from is null or drafts.created_at < versions.next_valid_from)
