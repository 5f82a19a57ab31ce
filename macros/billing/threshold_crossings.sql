{# When what a period of a subscription came to, and was not yet invoiced, reached its threshold.

   `usage` has one row per event that adds to an item of the period (the chain): chain_id, item_id,
   event_rank (from 1 in order of receipt; 0 for each item's state before any), received_at,
   span_id, added_quantity and added_amount (what it adds to that span of the item's usage),
   item_quantity (the item's sum up to here), chain_amount (what all items of the chain come to up
   to here, in minor units), is_dropped (a change of price from which on nothing of the span is
   billed that was not invoiced before: it takes off what the span came to), blind_from (a day
   before the end foreseen then), amount_gte (of the subscription) and usage_gte (of the item), as
   they stood then; a missing threshold is null.
   Gives one row per crossing: chain_id, crossing_number from 1, event_rank, crossed_at (whole
   seconds) and billed_amount, what the chain came to then.

   A threshold is looked at after every event, until the last 24 hours of the period: the amount
   above what was invoiced, or the item's usage above what was, has reached it. Each crossing
   invoices all there is, so the next one counts from it; at most one in a second. What was invoiced
   of a span that is dropped does not count against what is used after it.
   Source: Stripe's alerts and thresholds page; DECISIONS.md, "Billing thresholds". #}
{% macro threshold_crossings(usage) %}
    select
        steps.chain_id,
        steps.crossing_number,
        steps.event_rank,
        steps.crossed_at,
        steps.billed_amount
    from (
        {{ repeated_steps(
            uncrossed_chains(usage), threshold_crossing_step(usage), at_most=60
        ) }}
    ) as steps
    where steps.crossing_number > 0
{% endmacro %}

{# Every chain before its first crossing: number 0. #}
{% macro uncrossed_chains(usage) %}
    select
        usage.chain_id,
        cast(0 as integer) as crossing_number,
        cast(0 as bigint) as event_rank,
        cast(null as timestamp) as crossed_at,
        cast(0 as bigint) as billed_amount
    from {{ usage }} as usage
    group by usage.chain_id
{% endmacro %}

{# From one crossing of each chain to the next: the first event that reaches a threshold. #}
{% macro threshold_crossing_step(usage) %}
    select
        reached.chain_id,
        cast(reached.crossing_number + 1 as integer) as crossing_number,
        cast(reached.event_rank as bigint) as event_rank,
        reached.received_second as crossed_at,
        cast(reached.chain_amount as bigint) as billed_amount
    from (
        select
            compared.*,
            row_number() over (
                partition by compared.chain_id
                order by compared.event_rank
            ) as place
        from (
            select
                looked_at.*,
                looked_at.billed_amount - sum(
                    case
                        when looked_at.is_dropped_since then looked_at.span_billed_amount
                        else 0
                    end
                ) over (
                    partition by looked_at.chain_id
                    order by looked_at.event_rank
                    range between unbounded preceding and current row
                ) as still_billed_amount,
                sum(looked_at.billed_quantity) over (
                    partition by looked_at.chain_id, looked_at.item_id
                ) - sum(
                    case
                        when looked_at.is_dropped_since then looked_at.span_billed_quantity
                        else 0
                    end
                ) over (
                    partition by looked_at.chain_id, looked_at.item_id
                    order by looked_at.event_rank
                    range between unbounded preceding and current row
                ) as still_billed_quantity
            from (
                select
                    billed.*,
                    sum(billed.invoiced_amount) over span as span_billed_amount,
                    sum(billed.billed_quantity) over span as span_billed_quantity
                from (
                    {{ usage_since_crossing(usage) }}
                ) as billed
                window span as (partition by billed.chain_id, billed.item_id, billed.span_id)
            ) as looked_at
        ) as compared
        where
            compared.event_rank > compared.last_rank
            and compared.received_second < compared.blind_from
            and (
                compared.last_crossed_at is null
                or compared.received_second > compared.last_crossed_at
            )
            and (
                compared.chain_amount - compared.still_billed_amount >= compared.amount_gte
                or compared.item_quantity - compared.still_billed_quantity >= compared.usage_gte
            )
    ) as reached
    where reached.place = 1
{% endmacro %}

{# Every row of the chains that crossed last, with what that crossing invoiced of it. #}
{% macro usage_since_crossing(usage) %}
    select
        previous.crossing_number,
        previous.event_rank as last_rank,
        previous.crossed_at as last_crossed_at,
        previous.billed_amount,
        usage.chain_id,
        usage.item_id,
        usage.span_id,
        usage.event_rank,
        usage.chain_amount,
        usage.item_quantity,
        usage.amount_gte,
        usage.usage_gte,
        usage.blind_from,
        date_trunc('second', usage.received_at) as received_second,
        usage.is_dropped and usage.event_rank > previous.event_rank as is_dropped_since,
        case when usage.event_rank <= previous.event_rank then usage.added_amount else 0 end
            as invoiced_amount,
        case when usage.event_rank <= previous.event_rank then usage.added_quantity else 0 end
            as billed_quantity
    from previous
    inner join {{ usage }} as usage
        on previous.chain_id = usage.chain_id
{% endmacro %}
