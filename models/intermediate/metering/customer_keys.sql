with customers as (

    select customer_id from {{ ref('stg_customers') }}

),

named_in_events as (

    {{ customers_named_in_events() }}

),

former as (

    {{ former_rows('customer_keys', {'customer_id': 'varchar', 'customer_key': 'integer'}) }}

),

known as (

    select customer_id from customers
    union
    select customer_id from named_in_events
    union
    select customer_id from former

),

last_former as (

    select coalesce(max(customer_key), 0) as customer_key from former

)

select
    known.customer_id,
    cast(
        coalesce(
            former.customer_key,
            last_former.customer_key + row_number() over (
                partition by former.customer_key is null order by known.customer_id
            )
        ) as integer
    ) as customer_key
from known
cross join last_former
left join former on known.customer_id = former.customer_id
order by customer_key
