with landed as (

    select distinct batch_id from {{ ref('stg_meter_event_adjustments') }}

),

former as (

    {{ former_rows('meter_adjustment_batches', {
        'batch_id': 'varchar', 'run_number': 'integer'
    }) }}

)

select
    landed.batch_id,
    coalesce(former.run_number, {{ metering_run_number() }}) as run_number
from landed
left join former on landed.batch_id = former.batch_id
