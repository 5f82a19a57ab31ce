-- Both sides of every control are the same to the last digit.
select *
from {{ ref('control_totals') }}
where not is_balanced
