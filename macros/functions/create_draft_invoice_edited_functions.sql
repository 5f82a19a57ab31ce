{# draft_invoice_lines_edited(invoice, edits_table_name) and draft_invoice_edited(…): one draft
   after every built edit and the unbuilt ones of the named table, which the caller registers with
   the columns of the stream invoice_line_edits. Same shapes as draft_invoice_lines (in line order)
   and draft_invoices. #}
{% macro create_draft_invoice_edited_functions() %}
    create or replace macro main.draft_invoice_lines_edited(
        wanted_invoice, edits_table_name
    ) as table
    with
    {{ edited_draft_relations() }}
    select * from edited_lines order by line_position;

    create or replace macro main.draft_invoice_edited(wanted_invoice, edits_table_name) as table
    with
    {{ edited_draft_relations() }}
    select * from ({{ invoice_totals(
        'edited_invoices', 'edited_lines', 'edited_discounts', 'edited_credits', 'edited_taxes',
        'edited_customers'
    ) }}) as totals;
{% endmacro %}
