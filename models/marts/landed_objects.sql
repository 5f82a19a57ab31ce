{#- Stripe's object name, the staging model of the stream, and how each column that lists filter by is
    found there. -#}
{%- set streams = [
    {'object': 'customer', 'model': 'stg_customers', 'id': 'customer_id'},
    {'object': 'product', 'model': 'stg_products', 'id': 'product_id',
     'is_active': 'is_active'},
    {'object': 'price', 'model': 'stg_prices', 'id': 'price_id', 'product_id': 'product_id',
     'currency': 'currency', 'type': 'type', 'is_active': 'is_active'},
    {'object': 'coupon', 'model': 'stg_coupons', 'id': 'coupon_id', 'currency': 'currency'},
    {'object': 'tax_rate', 'model': 'stg_tax_rates', 'id': 'tax_rate_id',
     'is_active': 'is_active'},
    {'object': 'invoiceitem', 'model': 'stg_invoice_items', 'id': 'invoice_item_id',
     'customer_id': 'customer_id', 'subscription_id': 'subscription_id',
     'invoice_id': 'invoice_id', 'currency': 'currency'},
    {'object': 'invoice', 'model': 'stg_billed_invoices', 'id': 'invoice_id',
     'customer_id': 'customer_id', 'subscription_id': 'subscription_id', 'status': 'status',
     'currency': 'currency'},
    {'object': 'subscription', 'model': 'stg_current_subscriptions', 'id': 'subscription_id',
     'customer_id': 'customer_id', 'status': 'status', 'currency': 'currency'},
    {'object': 'billing.meter', 'model': 'stg_current_meters', 'id': 'meter_id',
     'status': 'status'},
    {'object': 'subscription_schedule', 'model': 'stg_subscription_schedules',
     'id': 'subscription_schedule_id', 'customer_id': 'customer_id',
     'subscription_id': 'subscription_id', 'status': 'status'},
    {'object': 'billing.credit_grant', 'model': 'stg_credit_grants', 'id': 'credit_grant_id',
     'customer_id': 'customer_id', 'currency': 'currency'},
    {'object': 'billing.alert', 'model': 'stg_alerts', 'id': 'alert_id', 'status': 'status',
     'customer_id': 'customer_id', 'meter_id': 'meter_id'},
] -%}
{%- for stream in streams %}
select
    cast('{{ stream.object }}' as varchar) as object,
    {{ stream.id }} as id,
    created_at,
    {%- for column in ['customer_id', 'subscription_id', 'product_id', 'invoice_id', 'meter_id',
                       'currency', 'type', 'status'] %}
    {{ stream[column] or 'cast(null as varchar)' }} as {{ column }},
    {%- endfor %}
    {{ stream.is_active or 'cast(null as boolean)' }} as is_active,
    livemode,
    object_json
from {{ ref(stream.model) }}
where not is_deleted
{{ "union all" if not loop.last }}
{%- endfor %}
