with batches as (

    select * from {{ ref('meter_event_batches') }}

),

judged as (

    select
        batch_key,
        sum(countable_count) as countable_count
    from {{ ref('meter_event_counts') }}
    group by batch_key

),

erroneous as (

    select
        batch_id,
        count(*) as erroneous_count
    from {{ ref('meter_event_errors') }}
    group by batch_id

),

cancelled as (

    select
        batch_key,
        count(*) as taken_back_count,
        sum(case when reason = 'cancelled' then 1 else 0 end) as cancelled_count
    from {{ ref('meter_event_cancellations') }}
    where reason <> 'restored'
    group by batch_key

),

excluded as (

    select
        batch_key,
        sum(case when reason = 'duplicate' then 1 else 0 end) as duplicate_count,
        sum(case when reason = 'retracted' then 1 else 0 end) as retracted_count
    from {{ ref('meter_event_exclusions') }}
    group by batch_key

)

select
    batches.batch_id,
    batches.landed_count,
    cast(
        coalesce(judged.countable_count, 0) - coalesce(cancelled.taken_back_count, 0) as bigint
    ) as effective_count,
    cast(coalesce(excluded.duplicate_count, 0) as bigint) as duplicate_count,
    cast(coalesce(cancelled.cancelled_count, 0) as bigint) as cancelled_count,
    cast(coalesce(erroneous.erroneous_count, 0) as bigint) as erroneous_count,
    cast(
        case
            when batches.is_retracted then batches.landed_count
            else coalesce(excluded.retracted_count, 0)
        end as bigint
    ) as retracted_count
from batches
left join erroneous on batches.batch_id = erroneous.batch_id
left join judged on batches.batch_key = judged.batch_key
left join cancelled on batches.batch_key = cancelled.batch_key
left join excluded on batches.batch_key = excluded.batch_key
