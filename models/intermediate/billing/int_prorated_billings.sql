{#- What was billed, when its period began, for each item that changed within the period in flexible
    billing mode: the lines of the period less their discounts. -#}
with

changes as (

    select
        chain_id,
        subscription_id,
        subscription_item_id,
        full_start,
        run_from,
        min(changed_at) as first_changed_at
    from {{ ref('int_licensed_changes') }}
    where billing_mode = 'flexible'
    group by
        chain_id,
        subscription_id,
        subscription_item_id,
        full_start,
        run_from

),

subscriptions as (

    select distinct subscription_id
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

lines as (

    select
        lines.price_id,
        lines.period_start,
        lines.period_end,
        lines.invoice_id,
        lines.invoice_line_id,
        lines.subscription_item_id,
        cast(null as varchar) as invoice_item_id,
        lines.product_id,
        lines.amount,
        true as is_discountable,
        false as is_proration,
        cast(1 as integer) as sort_group,
        lines.item_position,
        lines.tier,
        lines.part
    from {{ ref('int_priced_lines') }} as lines
    inner join subscriptions
        on lines.subscription_id = subscriptions.subscription_id
    where lines.amount is not null

),

invoices as (

    select distinct invoice_id
    from lines

),

item_lines as (

    select
        cast(null as varchar) as price_id,
        cast(null as timestamp) as period_start,
        cast(null as timestamp) as period_end,
        lines.invoice_id,
        lines.invoice_line_id,
        lines.subscription_item_id,
        lines.invoice_item_id,
        lines.product_id,
        lines.amount,
        lines.is_discountable,
        lines.is_proration,
        lines.sort_group,
        lines.item_position,
        lines.tier,
        lines.part
    from {{ ref('int_invoice_item_lines') }} as lines
    inner join invoices
        on lines.invoice_id = invoices.invoice_id

),

all_lines as (

    select * from lines

    union all

    select * from item_lines

),

ordered_lines as (

    select
        all_lines.*,
        row_number() over (
            partition by invoice_id
            order by
                sort_group,
                item_position,
                subscription_item_id,
                tier,
                case part when 'flat_fee' then 1 else 0 end,
                invoice_line_id
        ) as line_position
    from all_lines

),

candidates as (

    select candidates.*
    from {{ ref('int_subscription_discount_candidates') }} as candidates
    inner join invoices
        on candidates.invoice_id = invoices.invoice_id

),

in_force as (

    {{ discounts_in_force(
        'candidates', ref('int_invoice_terms'), ref('stg_coupons'), 'ordered_lines',
        ref('int_coupon_products')
    ) }}

),

eligible as (

    {{ eligible_discounts('ordered_lines', 'in_force', ref('int_coupon_products')) }}

),

discounts as (

    {{ discount_amounts('ordered_lines', 'eligible') }}

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
    from lines
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
