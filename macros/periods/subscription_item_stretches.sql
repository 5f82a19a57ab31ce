{# Stretches of time, [valid_from, valid_until), through which an item was subscribed to on the
   same terms of one version: the price, its interval, the anchor, and whether the time is a
   trial.

   An item begins with the subscription, or with the version that brings it, when it was created
   with it: Stripe writes the two a second or so apart. Else it begins when it was created, or when
   the version that brings it came into force. It ends with the version before the first that no
   longer lists it. Items whose price never landed have no stretch: nothing says how long their
   periods are.

   While a subscription is paused nothing is subscribed to: of a paused version only a trial is
   left, which is not charged. So it is with one whose first payment never came
   (incomplete_expired), all along. #}
{% macro subscription_item_stretches(versions, items, prices) %}
    {%- set terms = [
        'subscription_item_id', 'subscription_id', 'customer_id', 'batch_id', 'batch_row',
        'price_id', 'usage_type', 'aggregate_usage', 'meter_id', 'is_usage_cleared', 'anchor_at',
        'step_months', 'step_seconds', 'trial_end_at', 'livemode'
    ] | join(', ') -%}
    with

    listed as (

        select
            items.subscription_item_id,
            items.price_id,
            items.item_position,
            items.is_usage_cleared,
            items.created_at as item_created_at,
            row_number() over (
                partition by items.subscription_item_id
                order by versions.version_number
            ) as listing_number,
            versions.subscription_id,
            versions.customer_id,
            versions.batch_id,
            versions.batch_row,
            versions.version_number,
            versions.created_at,
            versions.started_at,
            versions.effective_at,
            versions.previous_effective_at,
            versions.valid_from as version_valid_from,
            versions.valid_until,
            versions.billing_cycle_anchor_at,
            versions.anchor_day_of_month,
            versions.anchor_month,
            versions.anchor_hour,
            versions.anchor_minute,
            versions.anchor_second,
            versions.trial_start_at,
            versions.trial_end_at,
            coalesce(versions.status = 'paused', false) or versions.is_never_paid as is_paused,
            coalesce(versions.trial_end_at, versions.started_at) as looked_from,
            versions.is_current
            and versions.is_cancel_at_period_end
            and versions.ends_at is null as ends_with_period,
            versions.livemode,
            prices.usage_type,
            prices.aggregate_usage,
            prices.meter_id,
            {{ interval_step_months(
                'prices.recurring_interval', 'prices.recurring_interval_count'
            ) }} as step_months,
            {{ interval_step_seconds(
                'prices.recurring_interval', 'prices.recurring_interval_count'
            ) }} as step_seconds
        from {{ items }} as items
        inner join {{ versions }} as versions
            on
                items.batch_id = versions.batch_id
                and items.batch_row = versions.batch_row
        inner join {{ prices }} as prices
            on items.price_id = prices.price_id
        where prices.recurring_interval is not null

    ),

    without_anchor as (

        select *
        from listed
        where billing_cycle_anchor_at is null and anchor_day_of_month is not null

    ),

    configured as (

        {{ configured_anchors(
            'without_anchor', ['subscription_item_id', 'batch_id', 'batch_row']
        ) }}

    ),

    begun as (

        select
            listed.*,
            coalesce(
                listed.billing_cycle_anchor_at, configured.anchor_at, listed.looked_from
            ) as anchor_at,
            case
                when listed.version_number = 1
                    then case
                        when listed.item_created_at > {{ plus_seconds(
                            'coalesce(listed.created_at, listed.started_at)',
                            created_together_seconds()
                        ) }}
                            then greatest(listed.item_created_at, listed.version_valid_from)
                        else listed.version_valid_from
                    end
                when
                    listed.listing_number = 1
                    and listed.item_created_at >= listed.version_valid_from
                    and listed.item_created_at <= {{ plus_seconds(
                        'listed.version_valid_from', created_together_seconds()
                    ) }}
                    then listed.version_valid_from
                when
                    listed.listing_number = 1
                    and listed.item_created_at > listed.previous_effective_at
                    and listed.item_created_at <= listed.effective_at
                    then listed.item_created_at
                when listed.listing_number = 1
                    then greatest(
                        listed.version_valid_from,
                        coalesce(listed.item_created_at, listed.version_valid_from)
                    )
                else listed.version_valid_from
            end as valid_from
        from listed
        left join configured
            on
                listed.subscription_item_id = configured.subscription_item_id
                and listed.batch_id = configured.batch_id
                and listed.batch_row = configured.batch_row

    ),

    ended as (

        select
            begun.*,
            case
                when ends_with_period
                    then least(
                        valid_until,
                        {{ anchored_boundary(
                            'anchor_at', 'step_months', 'step_seconds',
                            boundary_number_at(
                                'anchor_at', 'step_months', 'step_seconds',
                                "greatest(date_trunc('second', effective_at), valid_from)"
                            ) ~ ' + 1'
                        ) }}
                    )
                else valid_until
            end as really_until
        from begun

    ),

    -- Where there is no trial, it lies at the stretch's beginning and takes no time.
    tried as (

        select
            ended.*,
            least(
                really_until,
                case
                    when trial_end_at is null then valid_from
                    else greatest(valid_from, coalesce(trial_start_at, valid_from))
                end
            ) as trial_from,
            case
                when trial_end_at is null then valid_from
                else least(
                    really_until,
                    greatest(valid_from, coalesce(trial_start_at, valid_from), trial_end_at)
                )
            end as trial_until
        from ended
        where valid_from < really_until

    ),

    stretches as (

        select
            {{ terms }},
            false as is_trial,
            valid_from,
            trial_from as valid_until
        from tried
        where valid_from < trial_from and not is_paused

        union all

        select
            {{ terms }},
            true as is_trial,
            trial_from as valid_from,
            trial_until as valid_until
        from tried
        where trial_from < trial_until

        union all

        select
            {{ terms }},
            false as is_trial,
            trial_until as valid_from,
            really_until as valid_until
        from tried
        where trial_until < really_until and not is_paused

    )

    select * from stretches
{% endmacro %}
