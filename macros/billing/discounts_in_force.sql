{# The discounts that count on each draft, in the shape of eligible_discounts'
   `invoice_discounts`.

   `candidates` has what the draft's items, its subscription and its customer carry: invoice_id,
   scope (item or invoice), subscription_item_id, invoice_item_id, given_position (the order
   given, from 1), discount_id, coupon_id, start_at, end_at. `invoices` are the drafts:
   invoice_id, currency, created_at. `coupons` is stg_coupons, `lines` and `coupon_products` are
   as in eligible_discounts.

   - A discount counts while start_at <= created_at < end_at. Stripe writes a subscription and
     its discount a moment apart, so both bounds are taken that much later.
   - An amount off counts in its coupon's currency only.
   - duration forever: always; repeating: in the months after start_at or, where that is not
     known, after the first draft that carries it; once: on the first draft with a line that it
     can discount.
   - Discounts of items come before those of the invoice; within each the order given.
   A coupon that can be redeemed no more, or is deleted, goes on counting where it was redeemed.
   Sources: Stripe's coupons page and discount object; DECISIONS.md, "Discounts". #}
{% macro discounts_in_force(candidates, invoices, coupons, lines, coupon_products) %}
    with

    dated as (

        select
            candidates.invoice_id,
            candidates.scope,
            candidates.subscription_item_id,
            candidates.invoice_item_id,
            candidates.given_position,
            candidates.discount_id,
            candidates.coupon_id,
            coupons.percent_off,
            coupons.amount_off,
            coupons.duration,
            coupons.duration_in_months,
            invoices.created_at,
            {{ plus_seconds(
                'invoices.created_at', created_together_seconds()
            ) }} as looked_at,
            candidates.start_at,
            candidates.end_at,
            min(invoices.created_at) over (partition by candidates.discount_id) as first_used_at
        from {{ candidates }} as candidates
        inner join {{ invoices }} as invoices
            on candidates.invoice_id = invoices.invoice_id
        inner join {{ coupons }} as coupons
            on candidates.coupon_id = coupons.coupon_id
        where coupons.amount_off is null or coupons.currency = invoices.currency

    ),

    current_ones as (

        select *
        from dated
        where
            coalesce(start_at <= looked_at, true)
            and coalesce(
                looked_at < coalesce(
                    end_at,
                    case
                        when duration = 'repeating'
                            then {{ plus_months(
                                'coalesce(start_at, first_used_at)', 'duration_in_months'
                            ) }}
                    end
                ),
                true
            )

    ),

    once_only as (

        select
            invoice_id,
            scope,
            subscription_item_id,
            invoice_item_id,
            given_position as discount_position,
            discount_id,
            coupon_id,
            percent_off,
            amount_off,
            created_at
        from current_ones
        where duration = 'once'

    ),

    usable as (

        {{ eligible_discounts(lines, 'once_only', coupon_products) }}

    ),

    usable_drafts as (

        select distinct
            usable.invoice_id,
            usable.discount_id,
            once_only.created_at
        from usable
        inner join once_only
            on
                usable.invoice_id = once_only.invoice_id
                and usable.discount_id = once_only.discount_id

    ),

    first_drafts as (

        select
            invoice_id,
            discount_id,
            row_number() over (
                partition by discount_id
                order by created_at, invoice_id
            ) as draft_number
        from usable_drafts

    )

    select
        current_ones.invoice_id,
        current_ones.scope,
        current_ones.subscription_item_id,
        current_ones.invoice_item_id,
        cast(
            current_ones.given_position + case
                when current_ones.scope = 'invoice'
                    then coalesce(
                        max(
                            case
                                when current_ones.scope <> 'invoice'
                                    then current_ones.given_position
                            end
                        ) over (partition by current_ones.invoice_id),
                        0
                    )
                else 0
            end as integer
        ) as discount_position,
        current_ones.discount_id,
        current_ones.coupon_id,
        current_ones.percent_off,
        current_ones.amount_off
    from current_ones
    left join first_drafts
        on
            current_ones.invoice_id = first_drafts.invoice_id
            and current_ones.discount_id = first_drafts.discount_id
    where
        current_ones.duration <> 'once'
        or first_drafts.draft_number = 1
{% endmacro %}
