{# What metered items are billed for: each period of an item, or of a period on several prices each
   span that is billed when it ends. `periods` is int_metered_periods, `spans` int_metered_spans.
   Periods are [period_start, period_end), as their lines say; used_from and used_until bound the
   usage that counts. line_source_id is unique. #}
{% macro metered_price_periods(periods, spans) %}
    select
        billed.*,
        concat(
            billed.subscription_item_id,
            ':metered:',
            cast({{ unix_seconds('billed.period_start') }} as varchar)
        ) as line_source_id
    from (
        select
            item_periods.subscription_item_id,
            item_periods.subscription_id,
            item_periods.customer_id,
            coalesce(changed.price_id, item_periods.price_id) as price_id,
            coalesce(changed.meter_id, item_periods.meter_id) as meter_id,
            coalesce(changed.shown_from, item_periods.period_start) as period_start,
            coalesce(changed.used_until, item_periods.period_end) as period_end,
            item_periods.period_end as boundary_at,
            coalesce(changed.used_from, item_periods.period_start) as used_from,
            coalesce(changed.used_until, item_periods.period_end) as used_until,
            item_periods.is_trial,
            item_periods.livemode
        from {{ periods }} as item_periods
        left join (
            select * from {{ spans }} where next_changed_at is null
        ) as changed
            on
                item_periods.subscription_item_id = changed.subscription_item_id
                and item_periods.period_start = changed.period_start
    ) as billed
{% endmacro %}
