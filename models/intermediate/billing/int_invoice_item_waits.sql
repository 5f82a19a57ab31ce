{#- When an invoice item was seen to wait and then no longer as that version said: from its date, or
    from when landing saw a version that names no invoice, until landing saw one that follows it.
    A version that nothing follows waits without end: that is int_invoice_items.known_at. -#}
with

versions as (

    select
        invoice_item_id,
        customer_id,
        invoice_id,
        is_deleted,
        greatest(observed_at, date_at) as waited_from,
        min(observed_at) over (
            partition by invoice_item_id
            order by effective_at, observed_at, content_hash
            rows between 1 following and unbounded following
        ) as waited_until
    from {{ ref('stg_invoice_item_versions') }}

)

select
    invoice_item_id,
    customer_id,
    waited_from,
    waited_until
from versions
where
    invoice_id is null
    and not is_deleted
    and waited_from < waited_until
