-- What an earlier run left behind: no rows, where there was none.
with former_run as (

    {{ left_rows('metering_run', {
        'run_number': 'integer',
        'retracted_keys': 'bigint',
        'has_customers': 'boolean',
        'identifier_window_days': 'integer',
        'text_hash_sample': 'varchar',
    }) }}

),

former_batches as (

    {{ left_rows('meter_event_batches', {
        'batch_id': 'varchar',
        'landed_count': 'bigint',
        'last_received_at': 'timestamp',
        'is_retracted': 'boolean',
    }) }}

),

former_keys as (

    {{ left_rows('meter_keys', {
        'meter_id': 'varchar',
        'formula': 'varchar',
        'window_seconds': 'integer',
        'customer_payload_key': 'varchar',
        'value_payload_key': 'varchar',
        'dimension_payload_keys': 'varchar',
    }) }}

),

former_routes as (

    {{ left_rows('meter_routes', {
        'event_name': 'varchar',
        'livemode': 'boolean',
        'valid_from': 'timestamp',
        'valid_until': 'timestamp',
        'meter_id': 'varchar',
        'is_archived': 'boolean',
    }) }}

),

former_counts as (

    {{ left_rows('meter_event_counts', {'countable_count': 'bigint', 'refused_count': 'bigint'}) }}

),

progress as (

    {{ left_rows('metering_progress', {'model': 'varchar', 'run_number': 'integer'}) }}

),

meters as (

    select * from {{ ref('stg_meters') }}

),

customers as (

    select * from {{ ref('stg_customers') }}

),

retractions as (

    select * from {{ ref('stg_retractions') }}

),

inactive_spans as (

    select * from {{ ref('meter_inactive_spans') }}

),

landed as (

    select * from {{ ref('landed_meter_event_batches') }}

),

settings as (

    {{ meter_settings('meters') }}

),

routes as (

    {{ routes_of_meters('meters', 'inactive_spans') }}

),

today as (

    select
        (
            select count(*)
            from retractions
            where stream = 'meter_events' and retracted_key is not null
        ) as retracted_keys,
        (select count(*) from customers) > 0 as has_customers,
        {{ identifier_window_days() }} as identifier_window_days,
        {{ text_hash_sample() }} as text_hash_sample

),

-- A meter's setting changed: its events were judged and added up by another.
changed_settings as (

    select count(*) as changes
    from former_keys as former
    left join settings on former.meter_id = settings.meter_id
    where
        settings.meter_id is null
        or former.formula <> settings.formula
        or coalesce(former.window_seconds, 0) <> coalesce(settings.window_seconds, 0)
        or former.customer_payload_key <> settings.customer_payload_key
        or former.value_payload_key <> settings.value_payload_key
        or coalesce(cast(former.dimension_payload_keys as varchar), '')
        <> coalesce(cast(settings.dimension_payload_keys as varchar), '')

),

-- A batch that was there is gone, is another, or has been retracted.
changed_batches as (

    select count(*) as changes
    from former_batches as former
    left join landed on former.batch_id = landed.batch_id
    where
        landed.batch_id is null
        or former.landed_count <> landed.landed_count
        or former.is_retracted <> landed.is_retracted

),

-- Events received in the past would find another meter today.
turns as (

    select
        event_name,
        livemode,
        valid_from
    from former_routes

    union

    select
        routes.event_name,
        routes.livemode,
        routes.valid_from
    from routes
    inner join former_routes as former
        on routes.event_name = former.event_name and routes.livemode = former.livemode

),

changed_routes as (

    select count(*) as changes
    from turns
    inner join former_routes as former
        on
            turns.event_name = former.event_name
            and turns.livemode = former.livemode
            and turns.valid_from >= former.valid_from
            and turns.valid_from < former.valid_until
    left join routes
        on
            turns.event_name = routes.event_name
            and turns.livemode = routes.livemode
            and turns.valid_from >= routes.valid_from
            and turns.valid_from < routes.valid_until
    where
        turns.valid_from <= (select max(former_batches.last_received_at) from former_batches)
        and (
            routes.meter_id is null
            or routes.meter_id <> former.meter_id
            or routes.is_archived <> former.is_archived
        )

),

finished as (

    select count(*) as models
    from progress
    inner join former_run on progress.run_number = former_run.run_number

),

last_run as (

    select coalesce(max(run_number), 0) as run_number
    from (
        select run_number from former_run
        union all
        select run_number from progress
    ) as runs

),

written as (

    select coalesce(sum(countable_count + refused_count), 0) as event_count from former_counts

),

hashed as (

    select coalesce(sum(landed_count), 0) as event_count from former_batches

)

select
    last_run.run_number + 1 as run_number,
    case
        when former_run.run_number is null then 'nothing was there'
        when {{ 'true' if flags.FULL_REFRESH else 'false' }} then 'a full build was asked for'
        when finished.models < {{ models_of_a_run() | length }} or not {{ are_models_left() }}
            then 'the run before this one did not finish'
        when written.event_count <> {{ count_of_event_files() }}
            then 'the event files are not those of the run before this one'
        when hashed.event_count <> {{ count_of_identifier_hashes() }}
            then 'the identifier hashes are not those of the run before this one'
        when today.text_hash_sample <> former_run.text_hash_sample
            then 'texts are hashed in another way'
        when changed_batches.changes > 0 then 'landed events were retracted or are gone'
        when today.retracted_keys <> former_run.retracted_keys then 'an event was retracted'
        when changed_settings.changes > 0 then 'the settings of a meter changed'
        when changed_routes.changes > 0 then 'past events belong to another meter now'
        when today.has_customers <> former_run.has_customers then 'the first customers landed'
        when today.identifier_window_days <> former_run.identifier_window_days
            then 'meter_event_identifier_window_days changed'
    end as reason,
    today.retracted_keys,
    today.has_customers,
    today.identifier_window_days,
    today.text_hash_sample
from today
cross join last_run
cross join changed_settings
cross join changed_batches
cross join changed_routes
cross join finished
cross join written
cross join hashed
left join former_run on true
