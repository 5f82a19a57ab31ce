{#- What each side of a change costs for a whole period, with its discounts taken off: one row per
    change and side (old, new). Classic billing mode takes an amount off whole from each item, as
    Stripe documents; a coupon for one use has been used by then. -#}
with

sides as (

    select
        concat(change_id, ':old') as line_source_id,
        change_id,
        'old' as side,
        subscription_item_id,
        customer_id,
        currency,
        old_price_id as price_id,
        old_quantity as quantity,
        old_batch_id as batch_id,
        old_batch_row as batch_row,
        old_billed_at as created_at
    from {{ ref('int_licensed_changes') }}
    where old_price_id is not null

    union all

    select
        concat(change_id, ':new') as line_source_id,
        change_id,
        'new' as side,
        subscription_item_id,
        customer_id,
        currency,
        new_price_id as price_id,
        new_quantity as quantity,
        new_batch_id as batch_id,
        new_batch_row as batch_row,
        changed_at as created_at
    from {{ ref('int_licensed_changes') }}
    where new_price_id is not null

),

priced as (

    {{ price_quantities('sides', ref('int_price_tiers')) }}

),

whole as (

    select
        line_source_id,
        case
            when count(*) = count(exact_amount_decimal) then sum(exact_amount_decimal)
        end as exact_amount_decimal
    from priced
    group by line_source_id

),

-- Each side stands as an invoice of its own, with one line.
terms as (

    select
        line_source_id as invoice_id,
        customer_id,
        currency,
        batch_id,
        batch_row,
        created_at
    from sides

),

lines as (

    select
        sides.line_source_id as invoice_id,
        sides.line_source_id as invoice_line_id,
        1 as line_position,
        sides.subscription_item_id,
        cast(null as varchar) as invoice_item_id,
        prices.product_id,
        {{ round_to_minor_units('whole.exact_amount_decimal') }} as amount,
        true as is_discountable,
        false as is_proration
    from sides
    inner join whole
        on sides.line_source_id = whole.line_source_id
    inner join {{ ref('stg_prices') }} as prices
        on sides.price_id = prices.price_id

),

candidates as (

    {{ subscription_discount_candidates(
        'terms', ref('stg_subscriptions'), ref('stg_subscription_items'),
        ref('int_customer_versions')
    ) }}

),

coupons as (

    select *
    from {{ ref('stg_coupons') }}
    where duration <> 'once'

),

in_force as (

    {{ discounts_in_force(
        'candidates', 'terms', 'coupons', 'lines', ref('int_coupon_products'),
        first_uses=ref('int_discount_first_uses')
    ) }}

),

eligible as (

    {{ eligible_discounts('lines', 'in_force', ref('int_coupon_products')) }}

),

discounts as (

    {{ discount_amounts('lines', 'eligible') }}

),

discounted as (

    select
        discounts.invoice_line_id as line_source_id,
        cast(sum(discounts.discount_amount) as bigint) as discount_amount,
        case
            when count(*) = 1 then max(coupons.percent_off)
        end as percent_off
    from discounts
    inner join coupons
        on discounts.coupon_id = coupons.coupon_id
    group by discounts.invoice_line_id

)

select
    sides.change_id,
    sides.side,
    whole.exact_amount_decimal - coalesce(discounted.discount_amount, 0) as whole_amount,
    discounted.percent_off,
    sides.customer_id
from sides
inner join whole
    on sides.line_source_id = whole.line_source_id
left join discounted
    on sides.line_source_id = discounted.line_source_id
