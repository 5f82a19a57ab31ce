{# The CTEs that bring one draft to its state after the built edits and the unbuilt ones of a
   registered table: the very macros of the models over one invoice. Leaves `edited_invoices` and
   `edited_lines`. #}
{% macro edited_draft_relations() %}
    all_edits as (
        select
            id as invoice_line_edit_id,
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
        from main.invoice_line_edits
        where invoice_id = wanted_invoice

        union all

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
            livemode
        from query_table(edits_table_name)
        where invoice = wanted_invoice
    ),

    live_edits as (
        {{ live_invoice_line_edits('all_edits') }}
    ),

    drafts as (
        select * from intermediate.int_draft_invoices where invoice_id = wanted_invoice
    ),

    items as (
        select
            id as invoice_item_id,
            price_id,
            amount,
            description,
            quantity,
            unit_amount_decimal,
            period_start,
            period_end,
            date_at,
            is_proration,
            is_discountable,
            metadata_json
        from main.invoice_items
    ),

    lines_with_additions as (
        select *
        from intermediate.int_invoice_lines_unedited
        where invoice_id = wanted_invoice

        union all

        {{ added_invoice_lines('live_edits', 'drafts', 'items', 'intermediate.int_price_tiers') }}
    ),

    folded_lines as (
        {{ fold_invoice_line_edits(
            'lines_with_additions', 'live_edits', 'intermediate.int_price_tiers'
        ) }}
    ),

    ordered_lines as (
        {{ ordered_invoice_lines('folded_lines') }}
    ),

    edited_invoices as (
        {{ invoices_with_metadata('drafts', 'live_edits') }}
    ),

    edited_terms as (
        select * from intermediate.int_invoice_terms where invoice_id = wanted_invoice
    ),

    edited_customers as (
        select
            customers.id as customer_id,
            customers.balance,
            customers.tax_exempt
        from main.customers as customers
        inner join drafts
            on customers.id = drafts.customer_id
    ),

    {{ adjusted_draft_relations('edited', 'ordered_lines', 'edited_terms', 'edited_customers') }}
{% endmacro %}
