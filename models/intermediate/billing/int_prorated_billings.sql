{#- What was billed, when its period began, for each item that changed within the period in flexible
    billing mode: the lines of the period less their discounts. What a draft bills takes all of the
    customer's drafts to know: which of them spent a discount for one use, and with what other lines
    an amount off was shared. Prorations are not among them, since they are made of this: they take
    no discount. -#}
{%- set columns = [
    'invoice_line_id', 'invoice_id', 'customer_id', 'subscription_item_id', 'invoice_item_id',
    'price_id', 'product_id', 'type', 'tier', 'part', 'currency', 'exact_amount_decimal', 'amount',
    'period_start', 'period_end', 'is_proration', 'is_discountable', 'sort_group', 'sorted_at',
    'item_position'
] -%}
with

changes as (

    select
        chain_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        full_start,
        run_from,
        min(changed_at) as first_changed_at
    from {{ ref('int_licensed_changes') }}
    where billing_mode = 'flexible'
    group by
        chain_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        full_start,
        run_from

),

customers as (

    select distinct customer_id
    from changes

),

sources as (

    select
        subscription_item_id,
        price_id,
        period_start,
        period_end
    from {{ ref('int_invoice_line_sources') }}
    where usage_type = 'licensed' and not is_trial

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

),

shown_lines as (

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

),

lines as (

    {{ lines_not_billed_before('shown_lines', ref('int_previously_billed_lines')) }}

),

ordered_lines as (

    {{ ordered_invoice_lines('lines') }}

),

terms as (

    select terms.*
    from {{ ref('int_invoice_terms') }} as terms
    inner join customers
        on terms.customer_id = customers.customer_id

),

candidates as (

    select candidates.*
    from {{ ref('int_subscription_discount_candidates') }} as candidates
    inner join terms
        on candidates.invoice_id = terms.invoice_id

),

in_force as (

    {{ discounts_in_force(
        'candidates', 'terms', ref('stg_coupons'), 'lines', ref('int_coupon_products'),
        'shown_lines'
    ) }}

),

own_discounts as (

    {{ own_line_discounts(
        'lines', ref('int_invoice_item_discounts'), 'terms', ref('int_coupons')
    ) }}

),

eligible as (

    {{ eligible_discounts(
        'lines', 'in_force', ref('int_coupon_products'), 'own_discounts', 'shown_lines'
    ) }}

),

discounts as (

    {{ discount_amounts('ordered_lines', 'eligible', 'shown_lines') }}

),

discounted as (

    select
        invoice_line_id,
        sum(discount_amount) as discount_amount
    from discounts
    group by invoice_line_id

),

billed as (

    select
        lines.subscription_item_id,
        lines.price_id,
        lines.period_start,
        lines.period_end,
        sum(lines.amount - coalesce(discounted.discount_amount, 0)) as billed_amount
    from priced_lines as lines
    left join discounted
        on lines.invoice_line_id = discounted.invoice_line_id
    group by
        lines.subscription_item_id,
        lines.price_id,
        lines.period_start,
        lines.period_end

),

-- What was billed before the first change, and last: a new cycle, which a change begins, may start
-- before the period that it cuts off was to end.
billed_periods as (

    select
        changes.chain_id,
        changes.subscription_id,
        billed.billed_amount,
        sources.period_start,
        sources.period_end,
        row_number() over (
            partition by changes.chain_id
            order by sources.period_start desc
        ) as place_from_last
    from changes
    inner join sources
        on
            changes.subscription_item_id = sources.subscription_item_id
            and changes.full_start <= sources.period_start
            and changes.run_from <= sources.period_start
            and changes.first_changed_at > sources.period_start
    inner join billed
        on
            sources.subscription_item_id = billed.subscription_item_id
            and sources.price_id = billed.price_id
            and sources.period_start = billed.period_start
            and sources.period_end = billed.period_end

)

select
    chain_id,
    cast(billed_amount as bigint) as billed_amount,
    period_start as billed_from,
    period_end as billed_until,
    subscription_id
from billed_periods
where place_from_last = 1
