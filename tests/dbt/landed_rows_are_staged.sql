-- Every row that a batch accepted is seen by staging, once, and no other row is.
select
    stream,
    batch_id,
    accepted_count,
    staged_count
from {{ ref('landed_batches') }}
where accepted_count is distinct from staged_count
