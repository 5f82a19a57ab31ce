{# invoices(…): invoices that landed and drafts computed here, newest first, as the endpoint lists
   them; `is_computed_here` tells which. Filters as of the other lists. The endpoint reads its pages
   from intermediate.listed_invoices(…). Amounts are in minor units. #}
{% macro create_invoices_function() %}
    {%- set filters = filter_equal(
            'collection_method', 'landed.collection_method',
            ['charge_automatically', 'send_invoice']
        )
        + filter_within('created', unix_seconds('landed.created_at'))
        + filter_named('customer', 'landed.customer_id')
        + filter_within('due_date', 'landed.due_date')
        + filter_equal(
            'status', 'landed.status', ['draft', 'open', 'paid', 'uncollectible', 'void']
        )
        + filter_named('subscription', 'landed.subscription_id') -%}
    create or replace macro intermediate.listed_invoices(
        {{ filter_parameters(filters) }}
    ) as table
    select
        landed.invoice_id as id,
        landed.created,
        landed.created_at,
        landed.customer_id,
        landed.subscription_id,
        landed.status,
        landed.collection_method,
        landed.due_date,
        landed.is_computed_here,
        landed.livemode
    from intermediate.int_listed_invoices as landed
    where
        not landed.is_upcoming
        {{- filter_conditions(filters) }};

    create or replace macro intermediate.listed_invoice_named(wanted_invoice) as table
    select
        landed.invoice_id as id,
        landed.created,
        landed.livemode
    from intermediate.int_listed_invoices as landed
    where
        not landed.is_upcoming
        and landed.invoice_id_hash = {{ lookup_hash('wanted_invoice') }}
        and landed.invoice_id = wanted_invoice;

    create or replace macro main.invoices(
        {{ filter_parameters(filters) }}
    ) as table
    select
        listed.id,
        listed.created_at,
        listed.customer_id,
        listed.subscription_id,
        listed.status,
        listed.collection_method,
        {{ from_unix_seconds('listed.due_date') }} as due_at,
        {%- for name in ['billing_reason', 'currency'] %}
        coalesce(drafts.{{ name }}, {{ json_text('billed.object_json', name) }}) as {{ name }},
        {%- endfor %}
        {%- for name in ['period_start', 'period_end'] %}
        coalesce(
            drafts.{{ name }},
            {{ from_unix_seconds(json_text('billed.object_json', name)) }}
        ) as {{ name }},
        {%- endfor %}
        {%- for name in ['subtotal', 'total', 'amount_due'] %}
        coalesce(
            drafts.{{ name }}, cast({{ json_text('billed.object_json', name) }} as bigint)
        ) as {{ name }},
        {%- endfor %}
        listed.is_computed_here,
        listed.livemode
    from intermediate.listed_invoices({{ filter_arguments(filters) }}) as listed
    left join main.draft_invoices as drafts
        on listed.id = drafts.id
    left join main.landed_objects as billed
        on listed.id = billed.id and billed.object = 'invoice'
    {{ refused_choices(filters) }}
    order by listed.created desc, listed.id
{% endmacro %}
