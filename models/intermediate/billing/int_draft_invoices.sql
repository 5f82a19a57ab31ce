with

boundaries as (

    select * from {{ ref('int_invoice_boundaries') }}

),

subscriptions as (

    select
        subscription_id,
        currency,
        collection_method
    from {{ ref('stg_current_subscriptions') }}

),

billed_invoices as (

    select *
    from {{ ref('stg_billed_invoices') }}
    where
        status = 'draft'
        and subscription_id is null
        and not is_deleted

),

computed as (

    select
        boundaries.invoice_id,
        boundaries.subscription_id,
        boundaries.customer_id,
        cast('draft' as varchar) as status,
        case
            when boundaries.is_upcoming then 'upcoming'
            when boundaries.is_first then 'subscription_create'
            else coalesce(boundaries.reason, 'subscription_cycle')
        end as billing_reason,
        subscriptions.currency,
        boundaries.period_start,
        boundaries.period_end,
        boundaries.boundary_at as created_at,
        boundaries.is_upcoming,
        cast('{}' as varchar) as metadata_json,
        cast(null as varchar) as number,
        true as is_auto_advance,
        coalesce(subscriptions.collection_method, 'charge_automatically') as collection_method,
        boundaries.livemode
    from boundaries
    inner join subscriptions
        on boundaries.subscription_id = subscriptions.subscription_id

),

-- A draft that somebody made by hand on the other side: it has no period of ours to be computed
-- from, so it is taken as it landed. A landed draft of a subscription is what the other side says
-- about a period that we compute ourselves; it is for reconciliation, not a second draft.
manual as (

    select
        invoice_id,
        subscription_id,
        customer_id,
        status,
        coalesce(billing_reason, 'manual') as billing_reason,
        currency,
        period_start,
        period_end,
        created_at,
        coalesce(billing_reason = 'upcoming', false) as is_upcoming,
        metadata_json,
        number,
        coalesce(is_auto_advance, false) as is_auto_advance,
        cast('charge_automatically' as varchar) as collection_method,
        livemode
    from billed_invoices

)

select * from computed

union all

select * from manual
