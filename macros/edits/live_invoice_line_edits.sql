{# The edits of draft lines that still count, their parameters as columns: `edits` is
   traced_invoice_line_edits. `edit_order` is the order in which a customer's edits were received. A
   parameter that was not sent is null; one that was sent empty, to unset what there is, is ''. #}
{% macro live_invoice_line_edits(edits) %}
    {%- set parameters = 'edits.parameters_json' -%}
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
        edits.received_at,
        edits.livemode,
        cast({{ json_text(parameters, 'amount') }} as {{ quantity_type() }}) as given_amount,
        cast({{ json_text(parameters, 'quantity') }} as {{ quantity_type() }}) as given_quantity,
        {{ json_text(parameters, 'price') }} as given_price_id,
        {{ json_text(parameters, 'price_data.product') }} as given_product_id,
        {{ json_text(parameters, 'price_data.product_data.name') }} as given_product_name,
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
        {{ json_text(parameters, 'metadata') }} as given_metadata_json,
        {{ json_text(parameters, 'discounts') }} as given_discounts_json,
        {{ json_text(parameters, 'tax_rates') }} as given_tax_rates_json,
        {{ json_text(parameters, 'tax_amounts') }} as given_tax_amounts_json,
        edits.invoice_metadata_json,
        row_number() over (
            partition by edits.customer_id
            order by
                edits.received_at,
                edits.received_sequence,
                edits.request_id,
                edits.position,
                edits.invoice_line_edit_id
        ) as edit_order
    from {{ edits }} as edits
    where
        edits.operation <> 'undo'
        and edits.undone_by_id is null
{% endmacro %}
