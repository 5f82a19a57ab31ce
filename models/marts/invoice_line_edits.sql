select
    invoice_line_edit_id as id,
    invoice_id,
    customer_id,
    currency,
    operation,
    request_id,
    position,
    invoice_line_id,
    behavior,
    parameters_json,
    invoice_metadata_json,
    undone_by_id,
    received_at,
    received_sequence,
    livemode
from {{ ref('int_invoice_line_edits') }}
