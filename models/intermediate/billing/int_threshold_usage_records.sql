with

items as (

    select distinct subscription_item_id
    from {{ ref('int_threshold_items') }}

),

records as (

    select
        batch_id,
        batch_row,
        subscription_item_id,
        received_at,
        received_sequence,
        used_at,
        quantity
    from {{ ref('stg_usage_records') }}
    where action = 'increment'

)

select
    records.subscription_item_id,
    records.received_at,
    records.received_sequence,
    records.used_at,
    records.quantity
from records
inner join items
    on records.subscription_item_id = items.subscription_item_id
left join {{ ref('int_excluded_usage_records') }} as excluded
    on
        records.batch_id = excluded.batch_id
        and records.batch_row = excluded.batch_row
where excluded.batch_row is null
