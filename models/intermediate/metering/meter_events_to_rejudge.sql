-- depends_on: {{ ref('meter_routes') }}
-- depends_on: {{ ref('customer_keys') }}
{%- set former_errors = former_relation('meter_event_errors', 'main') -%}
{%- set former_errors = none if metering_starts_anew() else former_errors -%}

{%- if former_errors is none %}
select
    cast(null as varchar) as batch_id,
    cast(null as bigint) as batch_row,
    cast(null as varchar) as identifier
where false
{%- else %}
with former_errors as (

    select * from {{ former_errors }}

),

known_names as (

    select distinct
        event_name,
        livemode
    from {{ ref('meter_routes') }}

),

customers as (

    select customer_id from {{ ref('customer_keys') }}

)

select
    former_errors.batch_id,
    former_errors.batch_row,
    former_errors.identifier
from former_errors
inner join known_names
    on
        former_errors.event_name = known_names.event_name
        and former_errors.livemode = known_names.livemode
where former_errors.error_code = 'no_meter'

union all

select
    former_errors.batch_id,
    former_errors.batch_row,
    former_errors.identifier
from former_errors
inner join customers on former_errors.customer_id = customers.customer_id
where former_errors.error_code = 'meter_event_customer_not_found'
{%- endif %}
