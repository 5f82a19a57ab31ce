{# The discounts that count on each draft, in the shape of eligible_discounts'
   `invoice_discounts`.

   `candidates` has what the draft's items, its subscription and its customer carry: invoice_id,
   scope (item or invoice), subscription_item_id, invoice_item_id, given_position (the order
   given, from 1), discount_id, coupon_id, start_at, end_at, is_of_customer. `invoices` are the
   drafts: invoice_id, currency, created_at. `coupons` is stg_coupons, `lines`,
   `coupon_products` and `shown_lines` are as in eligible_discounts. `first_uses`, where the
   invoices are no drafts, is first_uses_of_discounts; such invoices have customer_id too.

   - A discount counts while start_at <= created_at < end_at. Stripe writes a subscription and
     its discount a moment apart, so both bounds are taken that much later.
   - An amount off counts in its coupon's currency only.
   - duration forever: always; repeating: in the months after start_at or, where that is not
     known, after the first draft that carries it; once: on the first draft with a line that it
     can discount, which for one of the invoice comes to more than zero.
   - A discount of the customer counts where the subscription has none left: none that counts on
     the draft, nor one that is to count once and did not yet.
   - Discounts of items come before those of the invoice; within each the order given.
   A coupon that can be redeemed no more, or is deleted, goes on counting where it was redeemed.
   Sources: Stripe's coupons page and discount object; DECISIONS.md, "Discounts". #}
{% macro discounts_in_force(
    candidates, invoices, coupons, lines, coupon_products, shown_lines=none, first_uses=none
) %}
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
            coalesce(candidates.is_of_customer, false) as is_of_customer,
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
            {% if first_uses %}coalesce(
                first_uses.first_used_at,
                min(invoices.created_at) over (partition by candidates.discount_id)
            ){% else %}min(invoices.created_at) over (
                partition by candidates.discount_id
            ){% endif %} as first_used_at
        from {{ candidates }} as candidates
        inner join {{ invoices }} as invoices
            on candidates.invoice_id = invoices.invoice_id
        inner join {{ coupons }} as coupons
            on candidates.coupon_id = coupons.coupon_id
        {% if first_uses -%}
        left join {{ first_uses }} as first_uses
            on
                invoices.customer_id = first_uses.customer_id
                and candidates.discount_id = first_uses.discount_id
        {% endif -%}
        where coupons.amount_off is null or coupons.currency = invoices.currency

    ),

    current_ones as (

        select *
        from dated
        where {{ is_discount_then() }}

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
            is_of_customer,
            created_at
        from current_ones
        where duration = 'once'

    ),

    usable as (

        {{ eligible_discounts(
            lines, 'once_only', coupon_products, shown_lines=shown_lines
        ) }}

    ),

    usable_drafts as (

        select distinct
            usable.invoice_id,
            usable.discount_id,
            once_only.is_of_customer,
            once_only.created_at
        from usable
        inner join once_only
            on
                usable.invoice_id = once_only.invoice_id
                and usable.discount_id = once_only.discount_id

    ),

    spent as (

        select
            discount_id,
            min(created_at) as spent_at
        from usable_drafts
        where not is_of_customer
        group by discount_id

    ),

    superseding as (

        select distinct current_ones.invoice_id
        from current_ones
        left join spent
            on
                current_ones.duration = 'once'
                and current_ones.discount_id = spent.discount_id
        where
            current_ones.scope = 'invoice'
            and not current_ones.is_of_customer
            and coalesce(current_ones.created_at <= spent.spent_at, true)

    ),

    first_drafts as (

        select
            usable_drafts.invoice_id,
            usable_drafts.discount_id,
            row_number() over (
                partition by usable_drafts.discount_id
                order by usable_drafts.created_at, usable_drafts.invoice_id
            ) as draft_number
        from usable_drafts
        left join superseding
            on
                usable_drafts.is_of_customer
                and usable_drafts.invoice_id = superseding.invoice_id
        where superseding.invoice_id is null

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
    left join superseding
        on
            current_ones.is_of_customer
            and current_ones.invoice_id = superseding.invoice_id
    where
        superseding.invoice_id is null
        and (current_ones.duration <> 'once' or first_drafts.draft_number = 1)
{% endmacro %}

{# Whether a discount counts at looked_at, going by its start_at, its end_at and, in `repeating`
   coupons, duration_in_months from start_at or first_used_at on. #}
{% macro is_discount_then() -%}
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
{%- endmacro %}

{# The discounts whose coupon takes an amount off in another currency than the draft's, which
   therefore take nothing off: one row per (draft, discount of its items, subscription or
   customer) that would count by its time. `candidates`, `invoices` (with created_at) and `coupons`
   are as in discounts_in_force. #}
{% macro discounts_in_other_currencies(candidates, invoices, coupons) %}
    select
        dated.invoice_id,
        dated.subscription_item_id,
        dated.discount_id,
        dated.coupon_id,
        dated.is_of_customer
    from (
        select
            candidates.invoice_id,
            candidates.subscription_item_id,
            candidates.discount_id,
            candidates.coupon_id,
            candidates.is_of_customer,
            candidates.start_at,
            candidates.end_at,
            coupons.duration,
            coupons.duration_in_months,
            {{ plus_seconds(
                'invoices.created_at', created_together_seconds()
            ) }} as looked_at,
            min(invoices.created_at) over (
                partition by candidates.discount_id
            ) as first_used_at
        from {{ candidates }} as candidates
        inner join {{ invoices }} as invoices
            on candidates.invoice_id = invoices.invoice_id
        inner join {{ coupons }} as coupons
            on candidates.coupon_id = coupons.coupon_id
        where
            coupons.amount_off is not null
            and coalesce(coupons.currency <> invoices.currency, true)
    ) as dated
    where {{ is_discount_then() }}
{% endmacro %}

{# When each discount was first on a draft, for what is judged beside the drafts: the proration of
   a change is discounted as the drafts are. `candidates`, `invoices` (int_invoice_terms) and
   `coupons` are those of the drafts, as in discounts_in_force. One row per customer_id and
   discount_id, with first_used_at. #}
{% macro first_uses_of_discounts(candidates, invoices, coupons) %}
    select
        invoices.customer_id,
        candidates.discount_id,
        min(invoices.created_at) as first_used_at
    from {{ candidates }} as candidates
    inner join {{ invoices }} as invoices
        on candidates.invoice_id = invoices.invoice_id
    inner join {{ coupons }} as coupons
        on candidates.coupon_id = coupons.coupon_id
    where coupons.amount_off is null or coupons.currency = invoices.currency
    group by
        invoices.customer_id,
        candidates.discount_id
{% endmacro %}
