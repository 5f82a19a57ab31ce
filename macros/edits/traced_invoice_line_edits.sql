{# Edits with the edit that took each of them back, where one did: `undone_by_id`. An `undo` names
   the request that it takes back, and every edit of that request on the same invoice with it. An
   undo stands: what it took back is sent again, not undone twice. #}
{% macro traced_invoice_line_edits(edits) %}
    select
        edits.invoice_line_edit_id,
        edits.invoice_id,
        edits.customer_id,
        edits.currency,
        edits.operation,
        edits.request_id,
        edits.position,
        edits.invoice_line_id,
        edits.behavior,
        edits.parameters_json,
        edits.invoice_metadata_json,
        edits.received_at,
        edits.received_sequence,
        edits.livemode,
        case when edits.operation <> 'undo' then undone.undone_by_id end as undone_by_id
    from {{ edits }} as edits
    left join (
        select
            undoing.invoice_id,
            {{ json_text('undoing.parameters_json', 'request_id') }} as request_id,
            min(undoing.invoice_line_edit_id) as undone_by_id
        from {{ edits }} as undoing
        where undoing.operation = 'undo'
        group by
            undoing.invoice_id,
            {{ json_text('undoing.parameters_json', 'request_id') }}
    ) as undone
        on
            edits.invoice_id = undone.invoice_id
            and edits.request_id = undone.request_id
{% endmacro %}
