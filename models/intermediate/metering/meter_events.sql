{{ config(materialized='event_files') }}

-- depends_on: {{ ref('metering_run') }}
-- depends_on: {{ ref('meter_event_batches') }}
-- depends_on: {{ ref('meter_events_to_rejudge') }}
-- depends_on: {{ ref('stg_meter_events') }}

with classified as (

    {{ classified_meter_events(ref('stg_meter_events'), this_piece()) }}

)

-- A refused event keeps nothing that could count: no keys, no value.
select
    case when error_code is null then customer_key end as customer_key,
    case when error_code is null then meter_key end as meter_key,
    event_at,
    case when error_code is null then value end as value,
    case when error_code is null then unique_value end as unique_value,
    case when error_code is null then dimensions end as dimensions,
    received_at,
    received_sequence,
    batch_key,
    batch_row,
    case
        when error_code is not null then {{ json_of_texts({
            'error_code': 'error_code',
            'error_message': meter_event_error_message(),
            'identifier': 'identifier',
            'event_name': 'event_name',
            'customer_id': 'customer_id',
            'livemode': "case when livemode then 'true' else 'false' end",
        }) }}
    end as refusal
from classified
