{#- Every line on the drafts of customers that changed a licensed item in flexible billing mode, as
    it stands before edits: what discounts are shared over. Prorations are not among them, since
    they are made of what was billed: they take no discount. -#}
{%- set columns = [
    'invoice_line_id', 'invoice_id', 'customer_id', 'subscription_item_id', 'invoice_item_id',
    'price_id', 'product_id', 'type', 'tier', 'part', 'currency', 'exact_amount_decimal', 'amount',
    'period_start', 'period_end', 'is_proration', 'is_discountable', 'sort_group', 'sorted_at',
    'item_position'
] -%}
with

customers as (

    select distinct customer_id
    from {{ ref('int_licensed_changes') }}
    where billing_mode = 'flexible'

),

priced_lines as (

    select
        lines.invoice_line_id,
        lines.invoice_id,
        lines.customer_id,
        lines.subscription_item_id,
        cast(null as varchar) as invoice_item_id,
        lines.price_id,
        lines.product_id,
        cast('subscription' as varchar) as type,
        lines.tier,
        lines.part,
        lines.currency,
        lines.exact_amount_decimal,
        lines.amount,
        lines.period_start,
        lines.period_end,
        false as is_proration,
        true as is_discountable,
        cast(1 as integer) as sort_group,
        lines.period_start as sorted_at,
        lines.item_position
    from {{ ref('int_priced_lines') }} as lines
    inner join customers
        on lines.customer_id = customers.customer_id
    where lines.exact_amount_decimal is not null

),

waiting_items as (

    {{ unedited_invoice_items(ref('int_invoice_items')) }}

),

taken_lines as (

    {{ taken_invoice_item_lines(
        'waiting_items', ref('int_draft_invoices'), ref('int_invoice_item_waits'), as_of()
    ) }}

)

select
    priced_lines.*,
    cast(null as varchar) as given_discounts_json
from priced_lines

{% for relation in [
    ref('int_invoice_item_lines'), 'taken_lines', ref('int_previously_billed_lines')
] %}

    union all

    select
        lines.{{ columns | join(',\n            lines.') }},
        cast(null as varchar) as given_discounts_json
    from {{ relation }} as lines
    inner join customers
        on lines.customer_id = customers.customer_id

{% endfor %}
