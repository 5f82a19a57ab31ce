{# Which meter an event goes to: one row per event name, livemode and span of receipt. The meter of
   the event's own mode comes first, then one that is active, then the one made last. The first
   meter of a name takes what came before it was made, later ones only what comes after. #}
{% macro routes_of_meters(meters, inactive_spans) %}
    with modes as (

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
        from {{ meters }} as meters
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
        inner join {{ inactive_spans }} as inactive_spans
            on candidates.meter_id = inactive_spans.meter_id

        union

        select
            candidates.event_name,
            candidates.livemode,
            inactive_spans.inactive_until as valid_from
        from candidates
        inner join {{ inactive_spans }} as inactive_spans
            on candidates.meter_id = inactive_spans.meter_id

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
        left join {{ inactive_spans }} as inactive_spans
            on
                candidates.meter_id = inactive_spans.meter_id
                and intervals.valid_from >= inactive_spans.inactive_from
                and intervals.valid_from < inactive_spans.inactive_until
        where intervals.valid_from < timestamp '9999-12-31 00:00:00'

    )

    select
        event_name,
        livemode,
        valid_from,
        valid_until,
        meter_id,
        is_archived
    from ranked
    where candidate_rank = 1
{% endmacro %}
