with customers as (

    select customer_id from {{ ref('stg_customers') }}

),

named_in_events as (

    {{ customers_named_in_events() }}

),

known as (

    select customer_id from customers
    union
    select customer_id from named_in_events

)

select
    customer_id,
    cast(row_number() over (order by customer_id) as integer) as customer_key
from known
