{# How one row is found by its id, in every build alike: intermediate.lookup_hash(text),
   intermediate.draft_named(invoice), the row of draft_invoices, and
   intermediate.lines_of_draft(invoice), its rows of draft_invoice_lines. #}
{% macro create_lookup_functions() %}
    create or replace macro intermediate.lookup_hash(wanted) as {{ lookup_hash('wanted') }};

    create or replace macro intermediate.draft_named(wanted_invoice) as table
    select *
    from main.draft_invoices
    where id_hash = {{ lookup_hash('wanted_invoice') }} and id = wanted_invoice;

    create or replace macro intermediate.lines_of_draft(wanted_invoice) as table
    select *
    from main.draft_invoice_lines
    where
        invoice_id_hash = {{ lookup_hash('wanted_invoice') }}
        and invoice_id = wanted_invoice
{% endmacro %}
