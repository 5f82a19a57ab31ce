{# What an edit of a line is an edit of. A line of an invoice item shows that item, which may move
   from invoice to invoice and takes its changes along; a line of a subscription stands for itself.
   An item that has no id yet gets one of its line's. #}
{% macro edit_key(lines) -%}
    case
        when {{ lines }}.type = 'invoiceitem'
            then coalesce(
                {{ lines }}.invoice_item_id,
                {{ stable_id('ii_', [lines ~ '.invoice_line_id']) }}
            )
        else {{ lines }}.invoice_line_id
    end
{%- endmacro %}
