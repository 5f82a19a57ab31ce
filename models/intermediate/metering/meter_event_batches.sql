with events as (

    select * from {{ ref('stg_meter_events') }}

)

select
    batch_id,
    cast(row_number() over (order by batch_id) as integer) as batch_key,
    count(*) as landed_count
from events
group by batch_id
