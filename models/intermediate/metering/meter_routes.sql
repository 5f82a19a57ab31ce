with meters as (

    select * from {{ ref('stg_meters') }}

),

meter_keys as (

    select * from {{ ref('meter_keys') }}

),

inactive_spans as (

    select * from {{ ref('meter_inactive_spans') }}

),

modes as (

    select true as livemode
    union all
    select false as livemode

),

candidates as (

    select
        meters.meter_id,
        meters.event_name,
        modes.livemode,
        meters.livemode = modes.livemode as is_same_mode,
        meters.created_at,
        case
            when row_number() over (
                partition by meters.event_name, modes.livemode
                order by
                    case when meters.livemode = modes.livemode then 0 else 1 end,
                    meters.created_at nulls first,
                    meters.meter_id
            ) = 1 then timestamp '0001-01-01 00:00:00'
            else coalesce(meters.created_at, timestamp '0001-01-01 00:00:00')
        end as open_from
    from meters
    cross join modes

),

instants as (

    select
        event_name,
        livemode,
        timestamp '0001-01-01 00:00:00' as valid_from
    from candidates

    union

    select
        event_name,
        livemode,
        open_from as valid_from
    from candidates

    union

    select
        candidates.event_name,
        candidates.livemode,
        inactive_spans.inactive_from as valid_from
    from candidates
    inner join inactive_spans on candidates.meter_id = inactive_spans.meter_id

    union

    select
        candidates.event_name,
        candidates.livemode,
        inactive_spans.inactive_until as valid_from
    from candidates
    inner join inactive_spans on candidates.meter_id = inactive_spans.meter_id

),

intervals as (

    select
        event_name,
        livemode,
        valid_from,
        lead(valid_from, 1, timestamp '9999-12-31 00:00:00') over (
            partition by event_name, livemode order by valid_from
        ) as valid_until
    from instants

),

ranked as (

    select
        intervals.event_name,
        intervals.livemode,
        intervals.valid_from,
        intervals.valid_until,
        candidates.meter_id,
        inactive_spans.meter_id is not null as is_archived,
        row_number() over (
            partition by intervals.event_name, intervals.livemode, intervals.valid_from
            order by
                case when candidates.is_same_mode then 0 else 1 end,
                case when inactive_spans.meter_id is null then 0 else 1 end,
                candidates.created_at desc nulls last,
                candidates.meter_id desc
        ) as candidate_rank
    from intervals
    inner join candidates
        on
            intervals.event_name = candidates.event_name
            and intervals.livemode = candidates.livemode
            and intervals.valid_from >= candidates.open_from
    left join inactive_spans
        on
            candidates.meter_id = inactive_spans.meter_id
            and intervals.valid_from >= inactive_spans.inactive_from
            and intervals.valid_from < inactive_spans.inactive_until
    where intervals.valid_from < timestamp '9999-12-31 00:00:00'

)

select
    ranked.event_name,
    ranked.livemode,
    ranked.valid_from,
    ranked.valid_until,
    ranked.is_archived,
    meter_keys.meter_key,
    meter_keys.meter_id,
    meter_keys.formula,
    meter_keys.customer_payload_key,
    meter_keys.value_payload_key,
    meter_keys.dimension_payload_keys
from ranked
inner join meter_keys on ranked.meter_id = meter_keys.meter_id
where ranked.candidate_rank = 1
