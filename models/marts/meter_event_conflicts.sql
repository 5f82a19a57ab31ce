{{ config(post_hook="{{ note_run_of(this.identifier) }}") }}

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

),

former as (

    {{ former_rows('meter_event_conflicts', {
        'id': 'varchar',
        'identifier': 'varchar',
        'event_name': 'varchar',
        'customer_id': 'varchar',
        'value': quantity_type(),
        'event_at': 'timestamp',
        'received_at': 'timestamp',
        'batch_id': 'varchar',
        'batch_row': 'bigint',
        'kept_event_name': 'varchar',
        'kept_customer_id': 'varchar',
        'kept_value': quantity_type(),
        'kept_event_at': 'timestamp',
        'kept_received_at': 'timestamp',
        'kept_batch_id': 'varchar',
        'kept_batch_row': 'bigint',
        'livemode': 'boolean',
    }, 'main') }}

),

found as (

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
        on
            exclusions.kept_batch_key = kept.batch_key
            and exclusions.kept_batch_row = kept.batch_row

),

unchanged as (

    select former.*
    from former
    left join repeats
        on former.batch_id = repeats.batch_id and former.batch_row = repeats.batch_row
    where repeats.batch_row is null

)

select * from found
union all
select * from unchanged
