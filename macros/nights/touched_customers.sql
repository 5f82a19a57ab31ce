{# The customers that a run makes again, each with a reason (see touched_customers). `former` is
   former_billing(). Where metering starts anew so does billing, and no event is looked at. #}
{% macro touched_customers(former) %}
    {%- if former is none %}
    select
        cast(null as varchar) as customer_id,
        cast(null as integer) as customer_key,
        cast(null as varchar) as reason
    where false
    {%- else %}
    with

    new_batches as (

        select
            stream,
            batch_id
        from {{ ref('built_batches') }}
        where is_new

    ),

    clock as (

        select
            as_of as former_as_of,
            {{ as_of() }} as as_of
        from {{ former['billing_run'] }}

    ),

    {{ owners_of_objects(former['int_draft_invoices']) }},

    new_references as (

        select
            landed.stream,
            landed.object_kind,
            landed.object_id,
            landed.reference_kind,
            landed.reference_id
        from {{ ref('stg_landed_references') }} as landed
        inner join new_batches
            on
                landed.stream = new_batches.stream
                and landed.batch_id = new_batches.batch_id

    ),

    {{ touched_by_the_catalogue(former) }},

    {{ touched_by_time(former) }},

    touched as (

        select
            cast('' as varchar) as customer_id,
            'what is nobody''s' as reason

        union all

        select
            owners.customer_id,
            concat(new_references.stream, ' landed') as reason
        from new_references
        inner join owners
            on
                new_references.reference_kind = owners.reference_kind
                and new_references.reference_id = owners.reference_id

        union all

        select
            owners.customer_id,
            usage_at.reason
        from {{ ref('touched_usage') }} as usage_at
        inner join owners
            on
                owners.reference_kind = 'subscription_item'
                and usage_at.subscription_item_id = owners.reference_id

        union all

        select
            request_owners.customer_id,
            'invoice_line_edits landed' as reason
        from requests
        inner join new_batches
            on
                requests.batch_id = new_batches.batch_id
                and new_batches.stream = 'invoice_line_edits'
        inner join request_owners
            on requests.request_id = request_owners.request_id

        {%- if not metering_starts_anew() %}

        union all

        select
            customers.customer_id,
            'meter_events landed' as reason
        from {{ ref('meter_events') }} as events
        inner join {{ ref('customer_keys') }} as customers
            on events.customer_key = customers.customer_key
        where {{ is_in_new_file('events.event_file') }}

        union all

        select
            customers.customer_id,
            'meter events were taken back' as reason
        from {{ ref('meter_event_cancellations') }} as cancellations
        inner join {{ ref('customer_keys') }} as customers
            on cancellations.customer_key = customers.customer_key
        where cancellations.run_number = {{ metering_run_number() }}
        {%- endif %}

        union all

        select
            customer_id,
            reason
        from touched_by_the_catalogue

        union all

        select
            customer_id,
            reason
        from touched_by_time

        union all

        select
            customer_id,
            'shares an object with another customer' as reason
        from sharing

    )

    select
        touched.customer_id,
        max(customers.customer_key) as customer_key,
        min(touched.reason) as reason
    from touched
    left join {{ ref('customer_keys') }} as customers
        on touched.customer_id = customers.customer_id
    group by touched.customer_id
    {%- endif %}
{% endmacro %}
