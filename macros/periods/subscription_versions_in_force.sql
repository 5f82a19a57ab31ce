{# Each version of a subscription with the time it was in force, [valid_from, valid_until), as
   known at `as_of`; versions that were in force for no time at all included, deletions not.

   Of versions from the same second only the last is in force. The first version known holds from
   the subscription's start, however late it was seen. A later one holds from its effective_at;
   but when it brings an anchor that lies between the version before and itself, that anchor is
   when the change was made and the version came with a delay, so it holds from the anchor. So it
   is with a trial that ends in a pause: the pause holds from the trial's end. What the last
   version says of the subscription's end bounds them all, and its customer is that of them all. #}
{% macro subscription_versions_in_force(relation, as_of) %}
    with

    last_in_second as (

        select
            versions.*,
            row_number() over (
                partition by subscription_id, date_trunc('second', effective_at)
                order by
                    effective_at desc,
                    observed_at desc,
                    content_hash desc,
                    batch_id desc,
                    batch_row desc
            ) as place_from_last
        from {{ relation }} as versions

    ),

    known as (

        select
            subscription_id,
            customer_id as said_customer_id,
            subscription_schedule_id,
            batch_id,
            batch_row,
            currency,
            status,
            collection_method,
            billing_mode,
            proration_behavior,
            billing_cycle_anchor_at,
            anchor_day_of_month,
            anchor_month,
            anchor_hour,
            anchor_minute,
            anchor_second,
            current_period_start_at,
            current_period_end_at,
            cancel_at,
            canceled_at,
            ended_at,
            trial_start_at,
            trial_end_at,
            created_at,
            effective_at,
            billing_thresholds_amount_gte,
            is_cancel_at_period_end,
            effective_at_is_assumed,
            is_deleted,
            livemode,
            coalesce(start_at, created_at, date_trunc('second', effective_at)) as started_at,
            row_number() over (
                partition by subscription_id
                order by effective_at
            ) as version_number,
            lag(effective_at) over (
                partition by subscription_id
                order by effective_at
            ) as previous_effective_at,
            lag(billing_cycle_anchor_at) over (
                partition by subscription_id
                order by effective_at
            ) as previous_anchor_at,
            lag(trial_end_at) over (
                partition by subscription_id
                order by effective_at
            ) as previous_trial_end_at
        from last_in_second
        where place_from_last = 1

    ),

    dated as (

        select
            known.*,
            case
                when version_number = 1 then started_at
                when
                    billing_cycle_anchor_at <> previous_anchor_at
                    and billing_cycle_anchor_at > previous_effective_at
                    and billing_cycle_anchor_at <= effective_at
                    then billing_cycle_anchor_at
                when
                    status = 'paused'
                    and previous_trial_end_at > previous_effective_at
                    and previous_trial_end_at <= effective_at
                    then previous_trial_end_at
                else greatest(date_trunc('second', effective_at), started_at)
            end as valid_from,
            case
                when ended_at is not null then ended_at
                when is_deleted then date_trunc('second', effective_at)
                when status in ('canceled', 'incomplete_expired')
                    then coalesce(
                        cancel_at,
                        case when is_cancel_at_period_end then current_period_end_at end,
                        canceled_at,
                        date_trunc('second', effective_at)
                    )
                when cancel_at is not null then cancel_at
                when is_cancel_at_period_end
                    then coalesce(
                        current_period_end_at,
                        case when trial_end_at > effective_at then trial_end_at end
                    )
            end as said_end_at
        from known
        where version_number = 1 or effective_at <= {{ as_of }}

    ),

    followed as (

        select
            dated.*,
            lead(valid_from) over (
                partition by subscription_id
                order by version_number
            ) as next_valid_from,
            max(case when not is_deleted then version_number end) over (
                partition by subscription_id
            ) as current_version_number,
            arg_max(said_customer_id, version_number) over (
                partition by subscription_id
            ) as customer_id,
            last_value(said_end_at) over (
                partition by subscription_id
                order by version_number
                rows between unbounded preceding and unbounded following
            ) as ends_at,
            bool_or(coalesce(status = 'incomplete_expired', false)) over (
                partition by subscription_id
            ) as is_never_paid
        from dated

    )

    select
        followed.* exclude (said_customer_id),
        least(
            coalesce(next_valid_from, {{ far_future() }}),
            coalesce(ends_at, {{ far_future() }})
        ) as valid_until,
        version_number = current_version_number as is_current
    from followed
    where not is_deleted
{% endmacro %}
