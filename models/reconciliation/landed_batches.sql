with

batches as (

    select * from {{ ref('stg_landed_batches') }}

),

landed_rows as (

    select * from {{ ref('stg_landed_rows') }}

)

-- Rows of a batch that no footer accounts for are as wrong as accounts without rows, so both sides
-- stay.
select
    coalesce(batches.stream, landed_rows.stream) as stream,
    coalesce(batches.batch_id, landed_rows.batch_id) as batch_id,
    batches.source_name,
    batches.landed_at,
    coalesce(batches.read_count, 0) as read_count,
    coalesce(batches.accepted_count, 0) as accepted_count,
    cast(coalesce(batches.read_count, 0) - coalesce(batches.accepted_count, 0) as bigint)
        as rejected_count,
    coalesce(batches.rejected_json, '{}') as rejected_json,
    cast(coalesce(landed_rows.row_count, 0) as bigint) as staged_count
from batches
full outer join landed_rows
    on
        batches.stream = landed_rows.stream
        and batches.batch_id = landed_rows.batch_id
