with versions as (

    select * from {{ ref('stg_meter_versions') }}

),

compared as (

    select
        versions.*,
        lag(is_active) over (
            partition by meter_id order by effective_at, observed_at, content_hash
        ) as was_active
    from versions

),

changes as (

    select
        meter_id,
        is_active,
        case when not is_active then coalesce(deactivated_at, effective_at) end as inactive_from,
        lead(effective_at) over (
            partition by meter_id order by effective_at, observed_at, content_hash
        ) as inactive_until
    from compared
    where was_active is null or was_active <> is_active

)

select
    meter_id,
    inactive_from,
    coalesce(inactive_until, timestamp '9999-12-31 00:00:00') as inactive_until
from changes
where not is_active
