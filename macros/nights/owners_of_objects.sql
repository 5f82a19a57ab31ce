{# Whose each object is, as CTEs: `owners` (reference_kind, reference_id, customer_id) by every
   version that landed and by our own drafts; `requests`, the ids that an edit of drafts names;
   `request_owners`; and `sharing`, the customers that have an object together. What one of those
   changes may change what another has, so all of them are made again every night: as a rule there
   are none. #}
{% macro owners_of_objects(former_drafts) %}
    landed_owners as (

        select distinct
            reference_kind,
            reference_id,
            customer_id
        from {{ ref('stg_landed_references') }}
        where
            customer_id is not null
            and reference_kind in (
                'customer', 'subscription', 'subscription_item', 'invoice', 'invoice_item',
                'invoice_line', 'credit_grant', 'discount'
            )

        union all

        select
            'invoice' as reference_kind,
            invoice_id as reference_id,
            coalesce(customer_id, '') as customer_id
        from {{ former_drafts }}

    ),

    -- An undo is of the request that it takes back.
    edits as (

        select
            batch_id,
            invoice_id,
            invoice_line_id,
            {{ json_text('parameters_json', 'invoice_item') }} as invoice_item_id,
            case
                when operation = 'undo' then {{ json_text('parameters_json', 'request_id') }}
                else request_id
            end as request_id
        from {{ ref('stg_invoice_line_edits') }}

    ),

    requests as (

        select
            batch_id,
            request_id,
            'invoice' as reference_kind,
            invoice_id as reference_id
        from edits

        union all

        select
            batch_id,
            request_id,
            'invoice_line' as reference_kind,
            invoice_line_id as reference_id
        from edits
        where invoice_line_id is not null

        union all

        select
            batch_id,
            request_id,
            'invoice_item' as reference_kind,
            invoice_item_id as reference_id
        from edits
        where invoice_item_id is not null

    ),

    request_owners as (

        select distinct
            requests.request_id,
            landed_owners.customer_id
        from requests
        inner join landed_owners
            on
                requests.reference_kind = landed_owners.reference_kind
                and requests.reference_id = landed_owners.reference_id

    ),

    owners as (

        select
            reference_kind,
            reference_id,
            customer_id
        from landed_owners

        union all

        select
            'request' as reference_kind,
            request_id as reference_id,
            customer_id
        from request_owners

    ),

    shared as (

        select
            reference_kind,
            reference_id
        from owners
        group by
            reference_kind,
            reference_id
        having min(customer_id) <> max(customer_id)

    ),

    sharing as (

        select distinct owners.customer_id
        from owners
        inner join shared
            on
                owners.reference_kind = shared.reference_kind
                and owners.reference_id = shared.reference_id

    )
{% endmacro %}
