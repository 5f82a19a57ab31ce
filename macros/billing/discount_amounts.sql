{# What each discount takes off each line.

   `lines` has invoice_id, invoice_line_id, line_position and amount; `eligible` one row per
   (line, discount): invoice_line_id, scope (item or invoice), discount_position, discount_id,
   coupon_id and percent_off or amount_off (eligible_discounts); `shown_lines`, where not `lines`,
   has invoice_id and amount of every line as its invoice shows it. Discounts apply in the order of
   discount_position, each to what the ones before it left of the line; those on lines of
   different items may share a position. Gives one row per row of `eligible` whose line exists:
   invoice_id, invoice_line_id, scope, discount_position, discount_id, coupon_id and
   discount_amount, in minor units, never negative and never more than what was left.

   - percent_off: of each line by itself, half away from zero;
   - amount_off: over the discount's lines with something left, in proportion to that, each
     share floored; the last such line takes the rest and, where the rest is more than it has
     left, the line before it the remainder, and so on. So a discount takes its whole amount, or
     everything there is;
   - of the invoice: at most what the invoice comes to before it, all its lines and the discounts
     before it added up. One that would take more takes just that, spread as an amount off.

   Sources: Stripe's coupons and prorations pages (500 over 1000 and 2000 is 166 and 334), its
   changelog of 2013-10-29; DECISIONS.md, "Discounts". #}
{% macro discount_amounts(lines, eligible, shown_lines=none) %}
    select
        steps.invoice_id,
        steps.invoice_line_id,
        steps.scope,
        steps.discount_position,
        steps.discount_id,
        steps.coupon_id,
        steps.discount_amount
    from (
        {{ repeated_steps(
            undiscounted_lines(lines, eligible, shown_lines or lines), discount_step(eligible),
            at_most=40
        ) }}
    ) as steps
    where steps.discount_id is not null
{% endmacro %}

{# The lines that some discount touches, before the first: position 0. #}
{% macro undiscounted_lines(lines, eligible, shown_lines) %}
    select
        lines.invoice_id,
        lines.invoice_line_id,
        lines.line_position,
        cast(0 as integer) as discount_position,
        max(positions.last_position) over (partition by lines.invoice_id) as last_position,
        cast(null as varchar) as scope,
        cast(null as varchar) as discount_id,
        cast(null as varchar) as coupon_id,
        cast(0 as bigint) as discount_amount,
        cast(lines.amount as bigint) as amount_left,
        invoices.amount as invoice_left
    from {{ lines }} as lines
    inner join (
        {{ amounts_of_invoices(shown_lines) }}
    ) as invoices
        on lines.invoice_id = invoices.invoice_id
    inner join (
        select
            eligible.invoice_line_id,
            cast(max(eligible.discount_position) as integer) as last_position
        from {{ eligible }} as eligible
        group by eligible.invoice_line_id
    ) as positions
        on lines.invoice_line_id = positions.invoice_line_id
{% endmacro %}

{# From one position to the next: what is given, what there is to take, shared out, taken. #}
{% macro discount_step(eligible) %}
    select
        taken.invoice_id,
        taken.invoice_line_id,
        taken.line_position,
        taken.discount_position,
        taken.last_position,
        taken.scope,
        taken.discount_id,
        taken.coupon_id,
        taken.discount_amount,
        cast(taken.amount_left - taken.discount_amount as bigint) as amount_left,
        cast(
            taken.invoice_left
            - sum(taken.discount_amount) over (partition by taken.invoice_id) as bigint
        ) as invoice_left
    from (
        select
            shared.*,
            cast(
                case
                    when shared.discountable_amount = 0 then 0
                    when shared.spread_amount is null then shared.percent_amount
                    else shared.share + least(
                        shared.discountable_amount - shared.share,
                        greatest(
                            shared.spread_amount
                            - sum(shared.share) over (
                                partition by shared.invoice_id, shared.discount_id
                            )
                            - (
                                sum(shared.discountable_amount - shared.share) over (
                                    partition by shared.invoice_id, shared.discount_id
                                    order by shared.line_position desc, shared.invoice_line_id desc
                                    rows between unbounded preceding and current row
                                )
                                - (shared.discountable_amount - shared.share)
                            ),
                            0
                        )
                    )
                end as bigint
            ) as discount_amount
        from (
            select
                limited.*,
                case
                    when limited.spread_amount > 0
                        then {{ floor_quotient(
                            "cast(limited.spread_amount as decimal(38, 0))"
                            ~ " * cast(limited.discountable_amount as decimal(38, 0))",
                            "limited.pool"
                        ) }}
                    else 0
                end as share
            from (
                select
                    pooled.*,
                    -- A percentage is spread only where the invoice has less than it would take.
                    case
                        when pooled.percent_off is null
                            then least(coalesce(pooled.amount_off, 0), pooled.most)
                        when pooled.percent_total > pooled.most then pooled.most
                    end as spread_amount
                from (
                    select
                        offered.*,
                        sum(offered.discountable_amount) over in_discount as pool,
                        sum(offered.percent_amount) over in_discount as percent_total,
                        case
                            when offered.scope = 'invoice'
                                then least(
                                    sum(offered.discountable_amount) over in_discount,
                                    greatest(offered.invoice_left, 0)
                                )
                            else sum(offered.discountable_amount) over in_discount
                        end as most
                    from (
                        {{ offered_discounts(eligible) }}
                    ) as offered
                    window
                        in_discount as (
                            partition by offered.invoice_id, offered.discount_id
                        )
                ) as pooled
            ) as limited
        ) as shared
    ) as taken
{% endmacro %}

{# Each line with the discount that it is offered at the next position, or none. #}
{% macro offered_discounts(eligible) %}
    select
        discountable.*,
        case
            when discountable.percent_off is not null
                then {{ divide_half_away(
                    "cast(discountable.discountable_amount as decimal(38, 0)) * "
                    ~ decimal_digits('discountable.percent_off'),
                    "100000000000000"
                ) }}
        end as percent_amount
    from (
        select
            previous.invoice_id,
            previous.invoice_line_id,
            previous.line_position,
            previous.discount_position + 1 as discount_position,
            previous.last_position,
            eligible.scope,
            eligible.discount_id,
            eligible.coupon_id,
            eligible.percent_off,
            eligible.amount_off,
            previous.amount_left,
            previous.invoice_left,
            case
                when eligible.discount_id is not null
                    then greatest(previous.amount_left, 0)
                else 0
            end as discountable_amount
        from previous
        left join {{ eligible }} as eligible
            on
                previous.invoice_line_id = eligible.invoice_line_id
                and previous.discount_position + 1 = eligible.discount_position
        where previous.discount_position < previous.last_position
    ) as discountable
{% endmacro %}

{# What each invoice comes to before any discount, as its lines show it. #}
{% macro amounts_of_invoices(lines) %}
    select
        shown.invoice_id,
        cast(sum(shown.amount) as bigint) as amount
    from {{ lines }} as shown
    group by shown.invoice_id
{% endmacro %}
