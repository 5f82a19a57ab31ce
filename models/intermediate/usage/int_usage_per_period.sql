with placed as (

    {{ placed_usage(ref('int_usage_per_timestamp'), ref('int_billing_period_ranges')) }}

)

select
    subscription_item_id,
    range_usage_after,
    period_number,
    fate,
    cast(sum(quantity) as {{ quantity_type() }}) as quantity_sum,
    max(quantity) as quantity_max,
    {{ latest_by('quantity', 'used_at') }} as quantity_last,
    cast(sum(record_count) as bigint) as record_count
from placed
group by
    subscription_item_id,
    range_usage_after,
    period_number,
    fate
