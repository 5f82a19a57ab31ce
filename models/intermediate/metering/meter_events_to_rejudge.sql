with former_errors as (

    {{ former_rows('meter_event_errors', {
        'batch_id': 'varchar',
        'batch_row': 'bigint',
        'identifier': 'varchar',
        'event_name': 'varchar',
        'customer_id': 'varchar',
        'livemode': 'boolean',
        'error_code': 'varchar',
    }, 'main') }}

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
