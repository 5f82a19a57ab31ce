-- The runs of an item's periods never overlap, so that no usage is counted twice.
with followed as (

    select
        subscription_item_id,
        usage_until,
        lead(usage_after) over (
            partition by subscription_item_id
            order by usage_after
        ) as next_usage_after
    from {{ ref('int_billing_period_ranges') }}

)

select *
from followed
where next_usage_after < usage_until
