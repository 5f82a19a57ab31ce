with exclusions as (

    select
        batch_key,
        batch_row,
        identifier,
        kept_batch_key,
        kept_batch_row
    from {{ ref('meter_event_exclusions') }}
    where is_conflict

),

repeats as (

    select * from {{ ref('meter_event_repeats') }}

)

select
    {{ stable_id('mevtcon_', ['later.batch_id', 'later.batch_row']) }} as id,
    exclusions.identifier,
    later.event_name,
    later.stripe_customer_id as customer_id,
    later.value,
    later.event_at,
    later.received_at,
    later.batch_id,
    later.batch_row,
    kept.event_name as kept_event_name,
    kept.stripe_customer_id as kept_customer_id,
    kept.value as kept_value,
    kept.event_at as kept_event_at,
    kept.received_at as kept_received_at,
    kept.batch_id as kept_batch_id,
    kept.batch_row as kept_batch_row,
    later.livemode
from exclusions
inner join repeats as later
    on exclusions.batch_key = later.batch_key and exclusions.batch_row = later.batch_row
inner join repeats as kept
    on exclusions.kept_batch_key = kept.batch_key and exclusions.kept_batch_row = kept.batch_row
