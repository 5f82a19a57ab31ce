{#- What was billed, when its period began, for each item that changed within the period in flexible
    billing mode: the lines of the period less their discounts. What a draft bills takes all of the
    customer's drafts to know: which of them spent a discount for one use, and with what other lines
    an amount off was shared. -#}
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

shown_lines as (

    select * from {{ ref('int_lines_beside_prorations') }}

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
    from shown_lines as lines
    left join discounted
        on lines.invoice_line_id = discounted.invoice_line_id
    where lines.type = 'subscription'
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
