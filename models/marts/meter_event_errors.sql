{{ config(post_hook="{{ note_run_of(this.identifier) }}") }}

with events as (

    select
        refusal,
        event_at,
        received_at,
        batch_key,
        batch_row
    from {{ ref('meter_events') }} as events
    where refusal is not null and {{ is_in_new_file('events.event_file') }}

),

batches as (

    select * from {{ ref('meter_event_batches') }}

),

exclusions as (

    select * from {{ ref('meter_event_exclusions') }}

),

rejudged as (

    select * from {{ ref('meter_events_to_rejudge') }}

),

former as (

    {{ former_rows('meter_event_errors', {
        'id': 'varchar',
        'error_code': 'varchar',
        'error_message': 'varchar',
        'identifier': 'varchar',
        'event_name': 'varchar',
        'customer_id': 'varchar',
        'event_at': 'timestamp',
        'received_at': 'timestamp',
        'livemode': 'boolean',
        'batch_id': 'varchar',
        'batch_row': 'bigint',
    }, 'main') }}

),

refused as (

    select
        {{ stable_id('mevterr_', ['batches.batch_id', 'events.batch_row']) }} as id,
        {{ json_text('events.refusal', 'error_code') }} as error_code,
        {{ json_text('events.refusal', 'error_message') }} as error_message,
        {{ json_text('events.refusal', 'identifier') }} as identifier,
        {{ json_text('events.refusal', 'event_name') }} as event_name,
        {{ json_text('events.refusal', 'customer_id') }} as customer_id,
        events.event_at,
        events.received_at,
        {{ json_text('events.refusal', 'livemode') }} = 'true' as livemode,
        batches.batch_id,
        events.batch_row
    from events
    inner join batches on events.batch_key = batches.batch_key

),

-- Of the batches of earlier runs: neither judged again nor found to be a duplicate since.
still_refused as (

    select former.*
    from former
    inner join batches on former.batch_id = batches.batch_id
    left join rejudged
        on former.batch_id = rejudged.batch_id and former.batch_row = rejudged.batch_row
    left join exclusions
        on
            batches.batch_key = exclusions.batch_key
            and former.batch_row = exclusions.batch_row
    where
        batches.run_number < {{ metering_run_number() }}
        and rejudged.batch_row is null
        and exclusions.batch_row is null

)

select * from refused
union all
select * from still_refused
