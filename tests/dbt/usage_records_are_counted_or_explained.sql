-- Every landed usage record is counted by a summary or stands in uncounted_usage_records.
with

landed as (

    select count(*) as record_count
    from {{ ref('stg_usage_records') }}

),

counted as (

    select coalesce(sum(record_count), 0) as record_count
    from {{ ref('usage_record_summaries') }}

),

uncounted as (

    select count(*) as record_count
    from {{ ref('uncounted_usage_records') }}

)

select
    landed.record_count as landed,
    counted.record_count as counted,
    uncounted.record_count as uncounted
from landed
cross join counted
cross join uncounted
where landed.record_count <> counted.record_count + uncounted.record_count
