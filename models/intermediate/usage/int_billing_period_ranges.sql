with

ranges as (

    {{ billing_period_ranges(ref('int_subscription_item_stretches'), as_of()) }}

)

-- In the order of the items, and so are all rows made from it: a look-up by item reads little.
select *
from ranges
order by
    subscription_item_id,
    usage_after
