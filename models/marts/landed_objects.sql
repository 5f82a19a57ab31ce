{{ object_rows('customer', ref('stg_customers'), 'customer_id') }}
union all
{{ object_rows('product', ref('stg_products'), 'product_id', {'is_active': 'is_active'}) }}
union all
{{ object_rows('price', ref('stg_prices'), 'price_id', {
    'product_id': 'product_id', 'currency': 'currency', 'type': 'type', 'is_active': 'is_active'
}) }}
union all
{{ object_rows('coupon', ref('stg_coupons'), 'coupon_id', {'currency': 'currency'}) }}
union all
{{ object_rows('tax_rate', ref('stg_tax_rates'), 'tax_rate_id', {'is_active': 'is_active'}) }}
union all
{{ object_rows('invoiceitem', ref('stg_invoice_items'), 'invoice_item_id', {
    'customer_id': 'customer_id', 'subscription_id': 'subscription_id',
    'invoice_id': 'invoice_id', 'currency': 'currency'
}) }}
union all
{{ object_rows('invoice', ref('stg_billed_invoices'), 'invoice_id', {
    'customer_id': 'customer_id', 'subscription_id': 'subscription_id', 'status': 'status',
    'currency': 'currency'
}) }}
union all
{{ object_rows('subscription', ref('stg_current_subscriptions'), 'subscription_id', {
    'customer_id': 'customer_id', 'status': 'status', 'currency': 'currency'
}) }}
union all
{{ object_rows('billing.meter', ref('stg_current_meters'), 'meter_id', {'status': 'status'}) }}
union all
{{ object_rows(
    'subscription_schedule', ref('stg_subscription_schedules'), 'subscription_schedule_id', {
        'customer_id': 'customer_id', 'subscription_id': 'subscription_id', 'status': 'status'
    }
) }}
union all
{{ object_rows('billing.credit_grant', ref('stg_credit_grants'), 'credit_grant_id', {
    'customer_id': 'customer_id', 'currency': 'currency'
}) }}
union all
{{ object_rows('billing.alert', ref('stg_alerts'), 'alert_id', {
    'customer_id': 'customer_id', 'meter_id': 'meter_id', 'status': 'status'
}) }}
