-- Every meter event that landed counts, or is one of the few things that it can be instead, once.
select *
from {{ ref('meter_event_accounting') }}
where
    landed_count
    <> effective_count + duplicate_count + cancelled_count + erroneous_count + retracted_count
