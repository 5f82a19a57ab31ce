{# The edits of draft lines that still count, in the order in which they were received, their
   parameters as columns. An `undo` names the request that it takes back; every edit of that request
   then counts no longer. #}
{% macro live_invoice_line_edits(edits) %}
    {%- set parameters = 'edits.parameters_json' -%}
    select
        edits.invoice_line_edit_id,
        edits.invoice_id,
        edits.operation,
        edits.request_id,
        edits.invoice_line_id,
        edits.behavior,
        edits.received_at,
        edits.livemode,
        cast({{ json_text(parameters, 'amount') }} as {{ quantity_type() }}) as given_amount,
        cast({{ json_text(parameters, 'quantity') }} as {{ quantity_type() }}) as given_quantity,
        {{ json_text(parameters, 'price') }} as given_price_id,
        {{ json_text(parameters, 'price_data.product') }} as given_product_id,
        cast(
            coalesce(
                {{ json_text(parameters, 'price_data.unit_amount_decimal') }},
                {{ json_text(parameters, 'price_data.unit_amount') }}
            ) as {{ quantity_type() }}
        ) as given_unit_amount_decimal,
        {{ json_text(parameters, 'invoice_item') }} as given_invoice_item_id,
        {{ json_text(parameters, 'description') }} as given_description,
        case {{ json_text(parameters, 'discountable') }}
            when 'true' then true
            when 'false' then false
        end as given_is_discountable,
        {{ from_unix_seconds(json_text(parameters, 'period.start')) }} as given_period_start,
        {{ from_unix_seconds(json_text(parameters, 'period.end')) }} as given_period_end,
        -- An object, or '' where the call unsets every key.
        {{ json_text(parameters, 'metadata') }} as given_metadata_json,
        edits.invoice_metadata_json,
        row_number() over (
            partition by edits.invoice_id
            order by
                edits.received_at,
                edits.received_sequence,
                edits.request_id,
                edits.position,
                edits.invoice_line_edit_id
        ) as edit_order
    from {{ edits }} as edits
    left join (
        select distinct {{ json_text('undoing.parameters_json', 'request_id') }} as request_id
        from {{ edits }} as undoing
        where undoing.operation = 'undo'
    ) as undone
        on edits.request_id = undone.request_id
    where
        edits.operation <> 'undo'
        and undone.request_id is null
{% endmacro %}
