{# What every landed version of an object names (see stg_landed_references). One branch per kind
   that is named, so that whoever asks for some kinds reads no others. #}
{% macro landed_references() %}
    {%- for stream, kind in {
        'products': 'product', 'prices': 'price', 'coupons': 'coupon', 'tax_rates': 'tax_rate',
        'meters': 'meter'
    }.items() %}
    {{ named_in_column(stream, kind, kind, 'id', 'cast(null as varchar)') }}
    union all
    {%- endfor %}
    {{ named_in_column('customers', 'customer', 'customer', 'id', 'id') }}
    union all
    {{ named_in_column('customers', 'customer', 'coupon', 'discount_coupon', 'id') }}
    union all
    {{ named_in_column('credit_grants', 'credit_grant', 'credit_grant', 'id') }}
    union all
    {{ named_in_column('subscriptions', 'subscription', 'subscription', 'id') }}
    union all
    {{ named_in_list('subscriptions', 'subscription', 'tax_rate', 'default_tax_rates') }}
    union all
    {{ named_in_list('subscriptions', 'subscription', 'discount', 'discounts', '.id') }}
    union all
    {{ named_in_list('subscriptions', 'subscription', 'coupon', 'discounts', '.coupon') }}
    union all
    {{ named_in_list('subscriptions', 'subscription', 'subscription_item', 'items', '.id') }}
    union all
    {{ named_in_list('subscriptions', 'subscription', 'price', 'items', '.price') }}
    union all
    {{ named_in_list_of_items('tax_rate', 'tax_rates') }}
    union all
    {{ named_in_list_of_items('discount', 'discounts', '.id') }}
    union all
    {{ named_in_list_of_items('coupon', 'discounts', '.coupon') }}
    union all
    {{ named_in_column('invoice_items', 'invoice_item', 'invoice_item', 'id') }}
    {%- for kind in ['invoice', 'subscription', 'subscription_item', 'price'] %}
    union all
    {{ named_in_column('invoice_items', 'invoice_item', kind, kind) }}
    {%- endfor %}
    union all
    {{ named_in_list('invoice_items', 'invoice_item', 'tax_rate', 'tax_rates') }}
    union all
    {{ named_in_list('invoice_items', 'invoice_item', 'discount', 'discounts', '.id') }}
    union all
    {{ named_in_list('invoice_items', 'invoice_item', 'coupon', 'discounts', '.coupon') }}
    union all
    {{ named_in_column('billed_invoices', 'invoice', 'invoice', 'id') }}
    union all
    {{ named_in_column('billed_invoices', 'invoice', 'subscription', 'subscription') }}
    union all
    {{ named_in_list('billed_invoices', 'invoice', 'invoice_line', 'lines', '.id') }}
    {%- for kind in ['subscription', 'subscription_item', 'invoice_item', 'price', 'product'] %}
    union all
    {{ named_in_list('billed_invoices', 'invoice', kind, 'lines', '.' ~ kind) }}
    {%- endfor %}
{% endmacro %}


{# Whose a version is: '' is nobody. A deletion need not say. #}
{% macro landed_owner(customer='customer') -%}
    case when is_deleted then {{ customer }} else coalesce({{ customer }}, '') end
{%- endmacro %}


{% macro named_in_column(stream, object_kind, kind, column, customer=landed_owner()) %}
    select
        cast('{{ stream }}' as varchar) as stream,
        batch_id,
        cast('{{ object_kind }}' as varchar) as object_kind,
        id as object_id,
        {{ customer }} as customer_id,
        cast('{{ kind }}' as varchar) as reference_kind,
        {{ column }} as reference_id
    from {{ source('lake', stream) }}
{%- endmacro %}


{# `member` leads from an element of the list to the id. #}
{% macro named_in_list(stream, object_kind, kind, list_column, member='') %}
    select
        cast('{{ stream }}' as varchar) as stream,
        batch_id,
        cast('{{ object_kind }}' as varchar) as object_kind,
        id as object_id,
        {{ landed_owner() }} as customer_id,
        cast('{{ kind }}' as varchar) as reference_kind,
        element{{ member }} as reference_id
    from (
        {{ explode(
            source('lake', stream), list_column, ['batch_id', 'id', 'customer', 'is_deleted']
        ) }}
    ) as listed
{%- endmacro %}


{# What the items of subscriptions list in turn. #}
{% macro named_in_list_of_items(kind, list_column, member='') %}
    {%- set items %}
        (
            select
                batch_id,
                id,
                customer,
                is_deleted,
                element.{{ list_column }} as item_list
            from (
                {{ explode(
                    source('lake', 'subscriptions'), 'items',
                    ['batch_id', 'id', 'customer', 'is_deleted']
                ) }}
            ) as listed_items
        ) as items
    {%- endset %}
    select
        cast('subscriptions' as varchar) as stream,
        batch_id,
        cast('subscription' as varchar) as object_kind,
        id as object_id,
        {{ landed_owner() }} as customer_id,
        cast('{{ kind }}' as varchar) as reference_kind,
        element{{ member }} as reference_id
    from (
        {{ explode(items, 'item_list', ['batch_id', 'id', 'customer', 'is_deleted']) }}
    ) as listed
{%- endmacro %}
