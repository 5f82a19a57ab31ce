{#- Each draft with the version of its subscription that says which discounts and tax rates apply,
    the last one in force at its boundary, and with what its customer was then. -#}
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
    versions.batch_row,
    coalesce(customers.tax_exempt, 'none') as tax_exempt
from drafts
left join versions
    on
        drafts.subscription_id = versions.subscription_id
        and drafts.created_at >= versions.valid_from
        and (versions.next_valid_from is null or drafts.created_at < versions.next_valid_from)
left join {{ ref('int_customer_versions') }} as customers
    on {{ is_customer_then('drafts', 'customers') }}
