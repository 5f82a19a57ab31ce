{%- set next_run = next_billing_run() -%}

with

landed as (

    select
        stream,
        batch_id,
        row_count
    from {{ ref('stg_landed_rows') }}
    -- Metering keeps an account of its own.
    where stream <> 'meter_events'

),

former as (

    {{ former_batches() }}

),

compared as (

    select
        coalesce(landed.stream, former.stream) as stream,
        coalesce(landed.batch_id, former.batch_id) as batch_id,
        landed.row_count,
        cast(coalesce(former.run_number, {{ next_run }}) as integer) as run_number,
        cast(
            case
                when former.batch_id is null then null
                when landed.row_count is distinct from former.row_count then {{ next_run }}
                else former.changed_in_run
            end as integer
        ) as changed_in_run
    from landed
    full outer join former
        on
            landed.stream = former.stream
            and landed.batch_id = former.batch_id

)

select
    stream,
    batch_id,
    row_count,
    run_number,
    changed_in_run,
    run_number = {{ next_run }} as is_new,
    coalesce(changed_in_run = {{ next_run }}, false) as is_changed
from compared
