{# usage_record_acceptance(subscription_item, at_time): what decides whether a usage record for
   the item is taken at an instant, in whole Unix seconds: one row, or none for an item that
   never landed.

   The billing period is the one that holds at that instant, not at the build's, so a period that
   ended since the build is recognised. A timestamp is taken when it lies after `earliest_time`
   (exclusive) and not after `latest_time` (inclusive), both Unix seconds. For prices that sum,
   `earliest_time` reaches back across the period's start by the drift grace while that long has
   not passed since it: such usage lands in the period that has just ended, so there has to be
   one. `latest_time` is never after the item's end. Both are null where no period holds at that
   instant. #}
{% macro create_usage_record_acceptance_function() %}
    create or replace macro main.usage_record_acceptance(subscription_item, at_time) as table
    with

    asked as (

        select {{ from_unix_seconds('at_time') }} as asked_at

    ),

    ranges as (

        select
            ranges.*,
            asked.asked_at,
            {{ boundary_number_at(
                'ranges.anchor_at', 'ranges.step_months', 'ranges.step_seconds', 'asked.asked_at'
            ) }} as number
        from intermediate.int_billing_period_ranges as ranges
        cross join asked
        where
            ranges.subscription_item_id = subscription_item
            and ranges.run_start <= asked.asked_at
            and ranges.run_end > asked.asked_at

    ),

    -- One run may hold several ranges, each with its price: the period belongs to the last that had
    -- begun by then.
    current_period as (

        select
            ranges.subscription_item_id,
            {{ unix_seconds(period_start('number', 'ranges')) }} as period_start,
            {{ unix_seconds(period_end('number', 'ranges')) }} as period_end,
            row_number() over (order by ranges.first_number desc) as place
        from ranges
        where ranges.first_number <= number

    ),

    lifetime as (

        select
            min(ranges.usage_after) as begins_at,
            max(ranges.run_end) as ends_at
        from intermediate.int_billing_period_ranges as ranges
        where ranges.subscription_item_id = subscription_item

    ),

    items as (

        select
            items.id,
            items.subscription_id,
            items.usage_type,
            items.aggregate_usage,
            items.meter_id,
            items.has_billing_thresholds,
            items.deleted_at,
            items.livemode,
            subscriptions.status,
            subscriptions.ends_at
        from main.subscription_items as items
        inner join main.subscriptions as subscriptions
            on items.subscription_id = subscriptions.id
        where items.id = subscription_item

    )

    select
        items.id as subscription_item_id,
        items.subscription_id,
        case
            when items.status = 'incomplete_expired' then items.status
            when items.ends_at <= asked.asked_at then 'canceled'
            else items.status
        end as subscription_status,
        coalesce(items.deleted_at <= asked.asked_at, false) as is_deleted,
        items.usage_type,
        items.aggregate_usage,
        items.meter_id,
        items.has_billing_thresholds,
        current_period.period_start as current_period_start,
        current_period.period_end as current_period_end,
        case
            when
                items.aggregate_usage = 'sum'
                and at_time - {{ usage_record_drift_grace_seconds() }}
                <= current_period.period_start
                and current_period.period_start > {{ unix_seconds('lifetime.begins_at') }}
                then current_period.period_start - {{ usage_record_drift_grace_seconds() }}
            else current_period.period_start
        end as earliest_time,
        case
            when current_period.period_start is not null
                then least(
                    at_time + {{ usage_record_future_seconds() }},
                    {{ unix_seconds('lifetime.ends_at') }}
                )
        end as latest_time,
        items.livemode
    from items
    cross join asked
    cross join lifetime
    left join current_period
        on
            items.id = current_period.subscription_item_id
            and current_period.place = 1
{% endmacro %}
