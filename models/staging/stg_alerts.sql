with

versions as (

    {{ current_version(source('lake', 'alerts')) }}

),

activity as (

    select
        id,
        effective_at,
        coalesce(
            max(created_at) over (partition by id), min(effective_at) over (partition by id)
        ) as looks_from,
        max(case when coalesce(status, 'active') = 'active' then effective_at end) over (
            partition by id
        ) as last_active_at
    from {{ source('lake', 'alerts') }}
    where not is_deleted

),

-- Of an alert that was only ever seen put away nobody knows when it was active: never.
looking as (

    select
        id,
        min(looks_from) as looks_from,
        min(
            case
                when last_active_at is null then looks_from
                when effective_at > last_active_at then effective_at
            end
        ) as inactive_since
    from activity
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
    looking.looks_from,
    looking.inactive_since,
    versions.effective_at,
    versions.is_deleted_now as is_deleted,
    versions.livemode,
    versions.object_json
from versions
left join looking
    on versions.id = looking.id
