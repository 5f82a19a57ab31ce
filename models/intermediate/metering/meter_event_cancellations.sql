with adjustments as (

    select
        livemode,
        event_name,
        identifier,
        received_at
    from {{ ref('stg_meter_event_adjustments') }}
    where type = 'cancel'

),

first_cancellations as (

    select
        livemode,
        event_name,
        identifier,
        min(received_at) as cancelled_at
    from adjustments
    group by livemode, event_name, identifier

),

classified as (

    {{ classified_meter_events(ref('meter_event_repeats')) }}

)

select
    classified.customer_key,
    classified.meter_key,
    classified.event_at,
    classified.batch_key,
    classified.batch_row,
    first_cancellations.cancelled_at
from classified
inner join first_cancellations
    on
        classified.livemode = first_cancellations.livemode
        and classified.event_name = first_cancellations.event_name
        and classified.identifier = first_cancellations.identifier
where classified.error_code is null
order by classified.customer_key, classified.meter_key, classified.event_at
