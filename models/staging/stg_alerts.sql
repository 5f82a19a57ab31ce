with

versions as (

    {{ current_version(source('lake', 'alerts')) }}

),

activity as (

    select
        id,
        created_at,
        effective_at,
        max(case when coalesce(status, 'active') = 'active' then effective_at end) over (
            partition by id
        ) as last_active_at
    from {{ source('lake', 'alerts') }}
    where not is_deleted

),

-- Of an alert that was only ever seen put away nobody knows when it was active: never.
inactive as (

    select
        id,
        min(case when last_active_at is null then created_at else effective_at end)
            as inactive_since
    from activity
    where last_active_at is null or effective_at > last_active_at
    group by id

)

select
    versions.id as alert_id,
    versions.title,
    versions.alert_type,
    versions.status,
    versions.meter as meter_id,
    versions.customer as customer_id,
    versions.gte as threshold_quantity,
    versions.recurrence,
    versions.created_at,
    inactive.inactive_since,
    versions.effective_at,
    versions.is_deleted_now as is_deleted,
    versions.livemode,
    versions.object_json
from versions
left join inactive
    on versions.id = inactive.id
