{# Every list of landed objects: the function's name, Stripe's name of the object, the mart that has
   its columns (null: it has none, and `columns` says what landed_objects has of it), its filters,
   which are those of Stripe's list, and what a row is. #}
{% macro object_lists() %}
    {%- set created = unix_seconds('landed.created_at') -%}
    {%- set created_within = filter_within('created', created) -%}
    {%- set customer = filter_equal('customer', 'landed.customer_id') -%}
    {%- set active = filter_truth('active', 'landed.is_active') -%}
    {%- set test_clock = filter_equal('test_clock', object_text('test_clock')) -%}
    {{- return([
        {
            'name': 'customers', 'object': 'customer', 'mart': 'customers',
            'filters': created_within + filter_equal('email', object_text('email')) + test_clock
        },
        {
            'name': 'products', 'object': 'product', 'mart': 'products',
            'filters': active + created_within + filter_among('ids', 'landed.id')
                + filter_truth('shippable', object_text('shippable') ~ " = 'true'")
                + filter_equal('type', object_text('type'), ['good', 'service'])
                + filter_equal('url', object_text('url'))
        },
        {
            'name': 'prices', 'object': 'price', 'mart': 'prices',
            'filters': active + created_within + filter_equal('currency', 'landed.currency')
                + filter_among('lookup_keys', object_text('lookup_key'))
                + filter_equal('product', 'landed.product_id')
                + filter_equal(
                    'recurring_interval', object_text('recurring.interval'),
                    ['day', 'month', 'week', 'year']
                )
                + filter_equal('recurring_meter', object_text('recurring.meter'))
                + filter_equal(
                    'recurring_usage_type', object_text('recurring.usage_type'),
                    ['licensed', 'metered']
                )
                + filter_equal('type', 'landed.type', ['one_time', 'recurring'])
        },
        {
            'name': 'subscriptions', 'object': 'subscription', 'mart': 'subscriptions',
            'filters': filter_truth(
                    'automatic_tax_enabled', object_text('automatic_tax.enabled') ~ " = 'true'"
                )
                + filter_equal(
                    'collection_method', object_text('collection_method'),
                    ['charge_automatically', 'send_invoice']
                )
                + created_within
                + filter_within('current_period_end', object_seconds('current_period_end'))
                + filter_within('current_period_start', object_seconds('current_period_start'))
                + customer
                + filter_item_member('plan', 'plan.id')
                + filter_item_member('price', 'price.id')
                + filter_subscription_status() + test_clock
        },
        {
            'name': 'subscription_schedules', 'object': 'subscription_schedule', 'mart': none,
            'columns': ['id', 'created_at', 'customer_id', 'subscription_id', 'status', 'livemode'],
            'filters': filter_within('canceled_at', object_seconds('canceled_at'))
                + filter_within('completed_at', object_seconds('completed_at'))
                + created_within + customer
                + filter_within('released_at', object_seconds('released_at'))
                + filter_truth('scheduled', "landed.status = 'not_started'")
        },
        {
            'name': 'invoice_items', 'object': 'invoiceitem', 'mart': 'invoice_items',
            'created': object_seconds('date'),
            'filters': filter_within('created', object_seconds('date')) + customer
                + filter_equal('invoice', 'landed.invoice_id')
                + filter_truth('pending', 'landed.invoice_id is null')
        },
        {
            'name': 'coupons', 'object': 'coupon', 'mart': none,
            'columns': ['id', 'created_at', 'currency', 'livemode'],
            'filters': created_within
        },
        {
            'name': 'tax_rates', 'object': 'tax_rate', 'mart': none,
            'columns': ['id', 'created_at', 'is_active', 'livemode'],
            'filters': active + created_within
                + filter_truth('inclusive', object_text('inclusive') ~ " = 'true'")
        },
        {
            'name': 'meters', 'object': 'billing.meter', 'mart': 'meters',
            'filters': filter_equal('status', 'landed.status', ['active', 'inactive'])
        },
        {
            'name': 'credit_grants', 'object': 'billing.credit_grant', 'mart': none,
            'columns': ['id', 'created_at', 'customer_id', 'currency', 'livemode'],
            'filters': customer
        },
        {
            'name': 'alerts', 'object': 'billing.alert', 'mart': none,
            'columns': ['id', 'created_at', 'customer_id', 'meter_id', 'status', 'livemode'],
            'filters': filter_equal('alert_type', object_text('alert_type'), ['usage_threshold'])
                + filter_equal('meter', 'landed.meter_id')
        },
    ]) -}}
{% endmacro %}

{% macro object_text(path) %}
    {{- return(json_text('landed.object_json', path)) -}}
{% endmacro %}

{% macro object_seconds(path) %}
    {{- return('cast(' ~ object_text(path) ~ ' as bigint)') -}}
{% endmacro %}

{# Subscriptions with an item of which a member is the given value. #}
{% macro filter_item_member(name, path) %}
    {{- return([{
        'name': name,
        'condition': 'list_contains(' ~ object_text('items.data[*].' ~ path) ~ ', ' ~ name ~ ')'
    }]) -}}
{% endmacro %}
