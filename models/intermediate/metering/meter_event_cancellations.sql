with adjustments as (

    select * from {{ ref('stg_meter_event_adjustments') }}

),

batches as (

    select * from {{ ref('meter_event_batches') }}

),

first_cancellations as (

    select
        livemode,
        event_name,
        identifier,
        min(received_at) as cancelled_at
    from adjustments
    where type = 'cancel'
    group by livemode, event_name, identifier

),

classified as (

    {{ classified_meter_events() }}

)

select
    classified.meter_key,
    classified.customer_key,
    classified.event_at,
    batches.batch_key,
    classified.batch_row,
    first_cancellations.cancelled_at
from classified
inner join first_cancellations
    on
        classified.livemode = first_cancellations.livemode
        and classified.event_name = first_cancellations.event_name
        and classified.identifier = first_cancellations.identifier
inner join batches on classified.batch_id = batches.batch_id
where classified.error_code is null
