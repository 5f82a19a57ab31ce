{# Runs of consecutive billing periods of an item that are billed at one price, as of `as_of`:
   the boundaries numbered first_number to last_number from the anchor begin them.

   Stretches that follow each other on the same anchor and interval make one run of periods, cut
   at both ends: a new anchor, another interval, a licensed price that becomes metered or a trial
   begins a new run. A trial is a run of one period that is as long as the trial. Within a run a
   period is billed at the price in force when it ends; the open one at the price in force now. So
   a change of price takes the usage of its period along, unless the change clears it: usage up to
   `cleared_until` does not count, nor does that of the last period of a run which such a change
   cut off (`is_last_cleared`). Under a price that is licensed usage counts for nothing.

   usage_after (exclusive) and usage_until (inclusive) bound the usage of the whole range. #}
{% macro billing_period_ranges(stretches, as_of) %}
    with

    compared as (

        select
            stretches.*,
            case
                when
                    lag(valid_until) over item_order = valid_from
                    and (usage_type = 'licensed' or lag(usage_type) over item_order = usage_type)
                    and lag(is_trial) over item_order = is_trial
                    and (
                        (is_trial and lag(trial_end_at) over item_order = trial_end_at)
                        or (
                            not is_trial
                            and lag(anchor_at) over item_order = anchor_at
                            and lag(step_months) over item_order = step_months
                            and lag(step_seconds) over item_order = step_seconds
                        )
                    )
                    then 0
                else 1
            end as begins_run,
            case
                when
                    lag(valid_until) over item_order = valid_from
                    and lag(price_id) over item_order <> price_id
                    then 1
                else 0
            end as changes_price
        from {{ stretches }} as stretches
        window item_order as (partition by subscription_item_id order by valid_from)

    ),

    numbered as (

        select
            compared.*,
            sum(begins_run) over item_order as run_number,
            sum(greatest(begins_run, changes_price)) over item_order as range_number
        from compared
        window
            item_order as (
                partition by subscription_item_id
                order by valid_from
                rows between unbounded preceding and current row
            )

    ),

    priced as (

        select
            subscription_item_id,
            run_number,
            range_number,
            max(subscription_id) as subscription_id,
            max(customer_id) as customer_id,
            max(price_id) as price_id,
            max(usage_type) as usage_type,
            max(aggregate_usage) as aggregate_usage,
            max(meter_id) as meter_id,
            max(case when is_trial then 1 else 0 end) = 1 as is_trial,
            max(anchor_at) as anchor_at,
            max(step_months) as step_months,
            max(step_seconds) as step_seconds,
            min(valid_from) as price_from,
            max(valid_until) as price_until,
            max(case when is_usage_cleared and changes_price = 1 then valid_from end) as cleared_at,
            max(case when livemode then 1 else 0 end) = 1 as livemode
        from numbered
        group by
            subscription_item_id,
            run_number,
            range_number

    ),

    bounded as (

        select
            priced.*,
            min(price_from) over run as run_start,
            max(price_until) over run as run_end,
            max(cleared_at) over until_now as cleared_until,
            lead(cleared_at) over in_order is not null
            and lead(run_number) over in_order <> run_number as is_last_cleared
        from priced
        window
            run as (partition by subscription_item_id, run_number),
            in_order as (partition by subscription_item_id order by range_number),
            until_now as (
                partition by subscription_item_id
                order by range_number
                rows between unbounded preceding and current row
            )

    ),

    -- A trial is a grid of one step.
    gridded as (

        select
            subscription_item_id,
            subscription_id,
            customer_id,
            price_id,
            usage_type,
            aggregate_usage,
            meter_id,
            is_trial,
            case when is_trial then run_start else anchor_at end as anchor_at,
            case when is_trial then 0 else step_months end as step_months,
            case
                when is_trial then {{ unix_seconds('run_end') }} - {{ unix_seconds('run_start') }}
                else step_seconds
            end as step_seconds,
            run_start,
            run_end,
            price_from,
            price_until,
            price_until < run_end as is_repriced,
            least({{ as_of }}, {{ plus_seconds('run_end', -1) }}) as seen_until,
            cleared_until,
            is_last_cleared,
            livemode
        from bounded
        where run_start <= {{ as_of }} and price_from <= {{ as_of }}

    ),

    ranged as (

        select
            gridded.*,
            {{ boundary_number_at('anchor_at', 'step_months', 'step_seconds', 'price_from') }}
                as first_number,
            least(
                {{ boundary_number_at('anchor_at', 'step_months', 'step_seconds', 'seen_until') }},
                case
                    when is_repriced
                        then {{ boundary_number_at(
                            'anchor_at', 'step_months', 'step_seconds', 'price_until'
                        ) }} - 1
                    else 9223372036854775807
                end
            ) as last_number
        from gridded

    )

    select
        subscription_item_id,
        subscription_id,
        customer_id,
        price_id,
        usage_type,
        aggregate_usage,
        meter_id,
        is_trial,
        anchor_at,
        step_months,
        step_seconds,
        run_start,
        run_end,
        first_number,
        last_number,
        {{ period_start('first_number') }} as usage_after,
        {{ period_end('last_number') }} as usage_until,
        cleared_until,
        is_last_cleared,
        livemode
    from ranged
    where first_number <= last_number
{% endmacro %}
