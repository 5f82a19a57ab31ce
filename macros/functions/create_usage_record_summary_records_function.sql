{# usage_record_summary_records(subscription_item, start_time): the records that landed for one
   summary, newest first, each with what became of it. start_time is the summary's period start
   in whole Unix seconds (exclusive, as Stripe writes it).

   `fate` is counted, replaced (a later set took its second over), or the reason for which
   uncounted_usage_records holds it. Reads the usage record files that the build keeps beside its
   database, so it fails where that was copied without them. #}
{% macro create_usage_record_summary_records_function() %}
    create or replace macro main.usage_record_summary_records(
        subscription_item, start_time
    ) as table
    with

    summary as (

        select
            summaries.subscription_item_id,
            summaries.period_start,
            summaries.period_end
        from intermediate.int_usage_record_summaries as summaries
        where
            summaries.subscription_item_id = subscription_item
            and {{ unix_seconds('summaries.period_start') }} = start_time

    ),

    records as (

        select
            landed.id,
            landed.subscription_item as subscription_item_id,
            date_trunc('second', landed.event_at) as used_at,
            landed.action,
            landed.quantity,
            landed.idempotency_key,
            landed.received_at,
            landed.received_sequence,
            landed.batch_id,
            landed.batch_row,
            uncounted.reason
        from {{ kept_files('usage_records') }} as landed
        inner join summary
            on
                landed.subscription_item = summary.subscription_item_id
                and date_trunc('second', landed.event_at) > summary.period_start
                and date_trunc('second', landed.event_at) <= summary.period_end
        left join main.uncounted_usage_records as uncounted
            on
                landed.batch_id = uncounted.batch_id
                and landed.batch_row = uncounted.batch_row
        where landed.subscription_item = subscription_item

    ),

    placed as (

        select
            records.*,
            row_number() over (
                partition by records.used_at, records.reason is null
                order by
                    records.received_at,
                    records.received_sequence,
                    records.action,
                    records.quantity
            ) as place
        from records

    ),

    since_last_set as (

        select
            placed.*,
            max(case when placed.action = 'set' then placed.place end) over (
                partition by placed.used_at, placed.reason is null
            ) as last_set
        from placed

    )

    select
        id,
        subscription_item_id,
        used_at,
        action,
        quantity,
        idempotency_key,
        received_at,
        received_sequence,
        batch_id,
        batch_row,
        case
            when reason is not null then reason
            when place < last_set then 'replaced'
            else 'counted'
        end as fate
    from since_last_set
    order by
        used_at desc,
        received_at desc,
        received_sequence desc
{% endmacro %}
