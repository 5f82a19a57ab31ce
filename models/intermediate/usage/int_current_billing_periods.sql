with

ranges as (

    select
        ranges.*,
        row_number() over (
            partition by subscription_item_id
            order by usage_after desc
        ) as newest
    from {{ ref('int_billing_period_ranges') }} as ranges

)

select
    subscription_item_id,
    subscription_id,
    {{ period_start('last_number') }} as period_start,
    {{ period_end('last_number') }} as period_end,
    {{ period_end('last_number') }} > {{ as_of() }} as is_open
from ranges
where newest = 1
