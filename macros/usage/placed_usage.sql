{# Usage per timestamp with the billing period that it falls into, (period_start, period_end],
   and what becomes of it there. The period is named by its range's usage_after and its number.
   `fate` is counted, or the reason why not: outside_periods, price_is_licensed, price_has_meter,
   cleared (a change of price dropped it). #}
{% macro placed_usage(usage, ranges) %}
    with ranged as (

        select
            usage_at.subscription_item_id,
            usage_at.used_at,
            usage_at.quantity,
            usage_at.record_count,
            ranges.aggregate_usage,
            ranges.meter_id,
            ranges.usage_after,
            ranges.last_number,
            ranges.cleared_until,
            ranges.is_last_cleared,
            -- The boundary before a second that may lie on one: periods include their end.
            {{ boundary_number_at(
                'ranges.anchor_at', 'ranges.step_months', 'ranges.step_seconds',
                plus_seconds('usage_at.used_at', -1)
            ) }} as period_number
        from {{ usage }} as usage_at
        left join {{ ranges }} as ranges
            on
                usage_at.subscription_item_id = ranges.subscription_item_id
                and usage_at.used_at > ranges.usage_after
                and usage_at.used_at <= ranges.usage_until

    )

    select
        subscription_item_id,
        used_at,
        quantity,
        record_count,
        usage_after as range_usage_after,
        period_number,
        case
            when usage_after is null then 'outside_periods'
            when meter_id is not null then 'price_has_meter'
            when aggregate_usage is null then 'price_is_licensed'
            when used_at <= cleared_until then 'cleared'
            when is_last_cleared and period_number = last_number then 'cleared'
            else 'counted'
        end as fate
    from ranged
{% endmacro %}
