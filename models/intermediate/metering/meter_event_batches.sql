with landed as (

    select * from {{ ref('landed_meter_event_batches') }}

),

former as (

    {{ former_rows('meter_event_batches', {
        'batch_id': 'varchar', 'batch_key': 'integer', 'run_number': 'integer'
    }) }}

),

last_former as (

    select coalesce(max(batch_key), 0) as batch_key from former

)

select
    landed.batch_id,
    cast(
        coalesce(
            former.batch_key,
            last_former.batch_key + row_number() over (
                partition by former.batch_key is null
                order by landed.first_received_at, landed.batch_id
            )
        ) as integer
    ) as batch_key,
    landed.landed_count,
    landed.first_received_at,
    landed.last_received_at,
    landed.is_retracted,
    coalesce(former.run_number, {{ metering_run_number() }}) as run_number
from landed
cross join last_former
left join former on landed.batch_id = former.batch_id
