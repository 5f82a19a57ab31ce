{#- What each crossing of a billing threshold invoices: one row per crossing and item of the period,
    with what the item had come to then, and what of that the crossing before had invoiced. An item
    that changed its price within the period has a row for each span of its usage. -#}
with

usage as (

    select * from {{ ref('int_threshold_usage') }}

),

crossings as (

    {{ threshold_crossings('usage') }}

),

states as (

    select
        crossings.chain_id,
        crossings.crossing_number,
        crossings.crossed_at,
        usage.item_id,
        usage.subscription_id,
        usage.customer_id,
        usage.period_start,
        usage.period_end,
        usage.span_id,
        usage.price_id,
        usage.meter_id,
        usage.used_from,
        usage.used_until,
        usage.shown_from,
        usage.is_dropped,
        usage.span_quantity as item_quantity,
        usage.span_amount as item_amount,
        row_number() over (
            partition by
                crossings.chain_id, crossings.crossing_number, usage.item_id, usage.span_id
            order by usage.event_rank desc
        ) as place_from_last
    from crossings
    inner join usage
        on
            crossings.chain_id = usage.chain_id
            and crossings.event_rank >= usage.event_rank

)

select
    chain_id,
    crossing_number,
    crossed_at,
    item_id as subscription_item_id,
    subscription_id,
    customer_id,
    concat(
        item_id,
        ':metered:',
        cast({{ unix_seconds('shown_from') }} as varchar),
        ':',
        cast({{ unix_seconds('crossed_at') }} as varchar)
    ) as line_source_id,
    price_id,
    period_start,
    period_end,
    meter_id,
    used_from,
    shown_from,
    least(used_until, crossed_at) as shown_until,
    item_quantity,
    item_amount,
    coalesce(
        lag(item_amount) over (
            partition by chain_id, item_id, span_id
            order by crossing_number
        ),
        0
    ) as previously_billed_amount,
    row_number() over (
        partition by chain_id, item_id, span_id
        order by crossing_number desc
    ) = 1 as is_last
from states
where
    place_from_last = 1
    and not is_dropped
