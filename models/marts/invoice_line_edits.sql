select
    invoice_line_edit_id as id,
    invoice_id,
    operation,
    request_id,
    position,
    invoice_line_id,
    behavior,
    parameters_json,
    invoice_metadata_json,
    received_at,
    received_sequence,
    livemode
from {{ ref('stg_invoice_line_edits') }}
