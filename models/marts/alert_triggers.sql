with

alerts as (

    select
        alerts.alert_id,
        alerts.meter_id,
        alerts.customer_id,
        alerts.threshold_quantity,
        alerts.looks_from,
        alerts.inactive_since,
        alerts.livemode,
        meters.meter_key,
        meters.formula,
        meters.window_seconds
    from {{ ref('stg_alerts') }} as alerts
    inner join {{ ref('meter_keys') }} as meters
        on alerts.meter_id = meters.meter_id
    where not alerts.is_deleted

),

alerted_meters as (

    select distinct
        meter_key,
        formula,
        window_seconds
    from alerts

),

customers as (

    select
        customer_key,
        customer_id
    from {{ ref('customer_keys') }}

),

events as (

    {{ arriving_meter_events(
        ref('meter_events'), 'alerted_meters', ref('meter_event_cancellations')
    ) }}

),

-- An alert looks at what is reported once it is there, until it is put away.
looked_at as (

    select
        alerts.alert_id,
        customers.customer_id,
        alerts.threshold_quantity,
        alerts.formula,
        case when events.is_taken_back then -events.value else events.value end as value,
        events.unique_value,
        case when events.is_taken_back then -1 else 1 end as counted,
        {{ last_at('events') }} as last_at,
        events.event_at,
        events.arrived_at,
        events.received_at,
        events.received_sequence,
        events.batch_key,
        events.batch_row
    from events
    inner join alerts
        on
            events.meter_key = alerts.meter_key
            and events.first_received_at >= alerts.looks_from
            and coalesce(events.received_at < alerts.inactive_since, true)
    inner join customers
        on
            events.customer_key = customers.customer_key
            and coalesce(alerts.customer_id, customers.customer_id) = customers.customer_id

),

crossings as (

    {{ alert_crossings('looked_at') }}

),

batches as (

    select
        batch_key,
        batch_id
    from {{ ref('meter_event_batches') }}

)

select
    {{ stable_id('alrttrg_', ['crossings.alert_id', 'crossings.customer_id']) }} as id,
    crossings.alert_id,
    alerts.meter_id,
    crossings.customer_id,
    cast(crossings.threshold_quantity as {{ quantity_type() }}) as threshold_quantity,
    crossings.total,
    crossings.received_at as triggered_at,
    crossings.event_at,
    batches.batch_id,
    crossings.batch_row,
    alerts.livemode
from crossings
inner join alerts
    on crossings.alert_id = alerts.alert_id
inner join batches
    on crossings.batch_key = batches.batch_key
