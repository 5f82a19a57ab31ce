with

usage_records as (

    select
        landed.subscription_item_id,
        landed.used_at,
        landed.action,
        landed.quantity,
        landed.received_at,
        landed.received_sequence
    from {{ ref('stg_usage_records') }} as landed
    left join {{ ref('int_excluded_usage_records') }} as excluded
        on
            landed.batch_id = excluded.batch_id
            and landed.batch_row = excluded.batch_row
    where excluded.batch_row is null

),

{{ usage_per_timestamp('usage_records') }}

select
    folded.*,
    {{ lookup_hash('folded.subscription_item_id') }} as subscription_item_id_hash
from folded
order by {{ lookup_hash('folded.subscription_item_id') }}
