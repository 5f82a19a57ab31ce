{# What each credit grant pays of each line.

   `lines` has the lines that credits may pay, those on prices of meters: invoice_id,
   invoice_line_id, line_position, customer_id, currency, price_id, invoiced_at (the end of the
   invoice's period), is_upcoming, and amount, what discounts left. `grants` is
   ordered_credit_grants, `grant_prices` (credit_grant_id, price_id) names the prices of grants
   that are limited to some. Gives one row per (line, grant) that pays something: invoice_id,
   invoice_line_id, grant_position, credit_grant_id and credit_amount, in minor units.

   Grants apply in their order, each to the customer's lines as time goes by: by invoice, then
   as the invoice shows them. A grant counts on an invoice when valid_from <= invoiced_at <
   valid_until. What a draft that is due consumed is gone for later ones; an upcoming invoice
   consumes nothing, so several of them may show the same credit. Taking grant by grant over all
   lines gives what taking line by line over all grants would: what a grant pays depends on its
   lines before and on the grants before.

   Sources: Stripe's billing credits page; DECISIONS.md, "Credit grants". #}
{% macro credit_amounts(lines, grants, grant_prices) %}
    select
        steps.invoice_id,
        steps.invoice_line_id,
        steps.grant_position,
        steps.credit_grant_id,
        steps.credit_amount
    from (
        {{ repeated_steps(
            uncredited_lines(lines, grants), credit_step(grants, grant_prices), at_most=100
        ) }}
    ) as steps
    where steps.credit_amount > 0
{% endmacro %}

{# The lines of customers who have a grant in the line's currency, before the first grant:
   position 0. #}
{% macro uncredited_lines(lines, grants) %}
    select
        lines.invoice_id,
        lines.invoice_line_id,
        lines.line_position,
        lines.customer_id,
        lines.currency,
        lines.price_id,
        lines.invoiced_at,
        lines.is_upcoming,
        cast(0 as integer) as grant_position,
        cast(null as varchar) as credit_grant_id,
        cast(0 as bigint) as credit_amount,
        cast(greatest(lines.amount, 0) as bigint) as amount_left
    from {{ lines }} as lines
    inner join (
        select distinct
            grants.customer_id,
            grants.currency
        from {{ grants }} as grants
    ) as holders
        on
            lines.customer_id = holders.customer_id
            and lines.currency = holders.currency
{% endmacro %}

{# From one grant to the next. #}
{% macro credit_step(grants, grant_prices) %}
    select
        paid.invoice_id,
        paid.invoice_line_id,
        paid.line_position,
        paid.customer_id,
        paid.currency,
        paid.price_id,
        paid.invoiced_at,
        paid.is_upcoming,
        paid.grant_position,
        paid.credit_grant_id,
        paid.credit_amount,
        cast(paid.amount_left - paid.credit_amount as bigint) as amount_left
    from (
        select
            wanted.*,
            cast(
                greatest(
                    least(
                        wanted.wanted_amount,
                        wanted.grant_amount
                        - (
                            sum(
                                case when wanted.is_upcoming then 0 else wanted.wanted_amount end
                            ) over (
                                partition by wanted.customer_id, wanted.currency
                                order by
                                    wanted.invoiced_at,
                                    wanted.invoice_id,
                                    wanted.line_position,
                                    wanted.invoice_line_id
                                rows between unbounded preceding and current row
                            )
                            - case when wanted.is_upcoming then 0 else wanted.wanted_amount end
                        )
                        - case
                            when wanted.is_upcoming
                                then sum(wanted.wanted_amount) over (
                                    partition by
                                        wanted.customer_id, wanted.currency, wanted.invoice_id
                                    order by wanted.line_position, wanted.invoice_line_id
                                    rows between unbounded preceding and current row
                                ) - wanted.wanted_amount
                            else 0
                        end
                    ),
                    0
                ) as bigint
            ) as credit_amount
        from (
            select
                previous.invoice_id,
                previous.invoice_line_id,
                previous.line_position,
                previous.customer_id,
                previous.currency,
                previous.price_id,
                previous.invoiced_at,
                previous.is_upcoming,
                previous.amount_left,
                grants.grant_position,
                grants.credit_grant_id,
                grants.grant_amount,
                case
                    when
                        grants.valid_from <= previous.invoiced_at
                        and previous.invoiced_at < grants.valid_until
                        and (
                            not grants.is_limited_to_prices
                            or grant_prices.price_id is not null
                        )
                        then previous.amount_left
                    else 0
                end as wanted_amount
            from previous
            inner join {{ grants }} as grants
                on
                    previous.customer_id = grants.customer_id
                    and previous.currency = grants.currency
                    and previous.grant_position + 1 = grants.grant_position
            left join {{ grant_prices }} as grant_prices
                on
                    grants.credit_grant_id = grant_prices.credit_grant_id
                    and previous.price_id = grant_prices.price_id
        ) as wanted
    ) as paid
{% endmacro %}
