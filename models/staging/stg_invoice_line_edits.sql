with source as (

    select * from {{ source('lake', 'invoice_line_edits') }}

)

select
    id as invoice_line_edit_id,
    invoice as invoice_id,
    operation,
    request_id,
    position,
    line as invoice_line_id,
    behavior,
    parameters_json,
    invoice_metadata_json,
    received_at,
    received_sequence,
    livemode,
    batch_id
from source
