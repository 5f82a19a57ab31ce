with events as (

    select * from {{ ref('stg_meter_events') }}

),

repeated as (

    select
        livemode,
        identifier
    from events
    where identifier is not null
    group by livemode, identifier
    having count(*) > 1

),

candidates as (

    select
        events.*,
        md5(concat(
            events.event_name, '|',
            coalesce(events.stripe_customer_id, ''), '|',
            coalesce(cast(events.value as varchar), ''), '|',
            {{ map_text('events.payload') }}
        )) as content_hash,
        -- an event without a timestamp is stamped with its receipt: two such are not told apart by it
        case when events.event_at <> events.received_at then events.event_at end as stated_at
    from events
    inner join repeated
        on events.livemode = repeated.livemode and events.identifier = repeated.identifier

),

followed as (

    select
        candidates.*,
        lag(received_at) over (
            partition by livemode, identifier
            order by received_at, received_sequence, content_hash, stated_at, batch_id, batch_row
        ) as previous_received_at
    from candidates

),

chained as (

    select
        followed.*,
        sum(
            case
                when previous_received_at + interval {{ identifier_window_days() }} days
                    >= received_at
                    then 0
                else 1
            end
        ) over (
            partition by livemode, identifier
            order by received_at, received_sequence, content_hash, stated_at, batch_id, batch_row
            rows between unbounded preceding and current row
        ) as chain
    from followed

),

ranked as (

    select
        chained.*,
        row_number() over first_received as chain_rank,
        first_value(batch_id) over first_received as kept_batch_id,
        first_value(batch_row) over first_received as kept_batch_row,
        first_value(received_at) over first_received as kept_received_at,
        first_value(content_hash) over first_received as kept_content_hash,
        first_value(stated_at) over first_received as kept_stated_at
    from chained
    window first_received as (
        partition by livemode, identifier, chain
        order by received_at, received_sequence, content_hash, stated_at, batch_id, batch_row
        rows between unbounded preceding and unbounded following
    )

)

select
    batch_id,
    batch_row,
    identifier,
    event_name,
    event_at,
    received_at,
    livemode,
    kept_batch_id,
    kept_batch_row,
    kept_received_at,
    content_hash <> kept_content_hash or stated_at is distinct from kept_stated_at as is_conflict
from ranked
where chain_rank > 1
