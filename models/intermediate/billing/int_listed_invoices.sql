{#- What lists of invoices and the search for a next invoice read: narrow, and in the order of
    customers, so that neither reads the mart. A draft of ours gives way to the invoice that was
    billed for the same subscription and period. -#}
with

drafts as (

    select * from {{ ref('draft_invoices') }}

),

billed as (

    select *
    from {{ ref('stg_billed_invoices') }}
    where not is_deleted

),

billed_periods as (

    select distinct
        subscription_id,
        period_end
    from billed
    where
        status <> 'draft'
        and subscription_id is not null
        and period_end is not null

),

landed as (

    select
        billed.invoice_id,
        billed.customer_id,
        billed.subscription_id,
        billed.status,
        {{ json_text('billed.object_json', 'collection_method') }} as collection_method,
        billed.currency,
        cast({{ json_text('billed.object_json', 'due_date') }} as bigint) as due_date,
        billed.created_at,
        billed.period_start,
        billed.period_end,
        false as is_upcoming,
        false as is_computed_here,
        billed.livemode
    from billed
    left join drafts
        on billed.invoice_id = drafts.id
    where drafts.id is null

),

computed as (

    select
        drafts.id as invoice_id,
        drafts.customer_id,
        drafts.subscription_id,
        drafts.status,
        drafts.collection_method,
        drafts.currency,
        cast(null as bigint) as due_date,
        drafts.created_at,
        drafts.period_start,
        drafts.period_end,
        drafts.is_upcoming,
        true as is_computed_here,
        drafts.livemode
    from drafts
    left join billed_periods
        on
            not drafts.is_upcoming
            and drafts.subscription_id = billed_periods.subscription_id
            and drafts.period_end = billed_periods.period_end
    where billed_periods.subscription_id is null

),

invoices as (

    select * from landed

    union all

    select * from computed

)

select
    invoices.*,
    -- Lists are in this order; what is computed while they are read finds no first rows quickly.
    coalesce({{ unix_seconds('invoices.created_at') }}, 0) as created,
    {{ lookup_hash('invoices.invoice_id') }} as invoice_id_hash,
    {{ lookup_hash('invoices.customer_id') }} as customer_id_hash,
    {{ lookup_hash('invoices.subscription_id') }} as subscription_id_hash
from invoices
order by {{ lookup_hash('invoices.customer_id') }}
