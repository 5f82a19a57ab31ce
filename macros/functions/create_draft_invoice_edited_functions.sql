{# draft_invoice_lines_edited(invoice, edits_table_name) and draft_invoice_edited(…): one draft
   after every built edit and the unbuilt ones of the named table, which the caller registers with
   the columns of the stream invoice_line_edits. Same shapes as draft_invoice_lines (in line order)
   and draft_invoices; draft_invoice_with_lines_edited(…) gives both at once, `lines` being a list.
   pending_invoice_items_edited(…): the invoice items of that draft's customer
   that then wait for an invoice. invoice_discounts_edited(…): the discounts that the customer, its
   subscriptions, its items and their lines then have, each with its coupon.

   They run the very macros of the models over all drafts of the invoice's customer, since an item
   that leaves one draft shows on another and credit that one consumes is gone for the next. #}
{% macro create_draft_invoice_edited_functions() %}
    create or replace macro intermediate.drafts_beside(wanted_invoice) as table
    select drafts.*
    from intermediate.int_draft_invoices as drafts
    inner join (
        select customer_id
        from intermediate.int_draft_invoices
        where invoice_id = wanted_invoice
    ) as wanted
        on drafts.customer_id = wanted.customer_id

    union all

    select *
    from intermediate.int_draft_invoices
    where
        invoice_id = wanted_invoice
        and customer_id is null;

    create or replace macro intermediate.edits_beside(wanted_invoice, edits_table_name) as table
    with
    drafts as (
        select * from intermediate.drafts_beside(wanted_invoice)
    ),

    owners as (
        select distinct coalesce(customer_id, invoice_id) as owner_id
        from drafts
    ),

    all_edits as (
        select
            edits.id as invoice_line_edit_id,
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
            edits.livemode
        from main.invoice_line_edits as edits
        inner join owners
            on coalesce(edits.customer_id, edits.invoice_id) = owners.owner_id

        union all

        select
            edits.id as invoice_line_edit_id,
            edits.invoice as invoice_id,
            drafts.customer_id,
            drafts.currency,
            edits.operation,
            edits.request_id,
            edits.position,
            edits.line as invoice_line_id,
            edits.behavior,
            edits.parameters_json,
            edits.invoice_metadata_json,
            edits.received_at,
            edits.received_sequence,
            edits.livemode
        from query_table(edits_table_name) as edits
        inner join drafts
            on edits.invoice = drafts.invoice_id
    ),

    traced_edits as (
        {{ traced_invoice_line_edits('all_edits') }}
    )

    {{ live_invoice_line_edits('traced_edits') }};

    create or replace macro intermediate.items_beside(wanted_invoice, edits_table_name) as table
    with
    {{ relations_beside() }}
    {{ movable_invoice_items('edits', 'base_lines', 'items') }};

    create or replace macro main.pending_invoice_items_edited(
        wanted_invoice, edits_table_name
    ) as table
    select
        invoice_item_id as id,
        customer_id,
        currency
    from intermediate.items_beside(wanted_invoice, edits_table_name)
    where state = 'pending'
    order by invoice_item_id;

    create or replace macro intermediate.lines_beside(wanted_invoice, edits_table_name) as table
    with
    {{ relations_beside() }},

    movable_items as (
        {{ movable_invoice_items('edits', 'base_lines', 'items') }}
    ),

    lines_to_fold as (
        select * from base_lines

        union all

        {{ moved_invoice_item_lines(
            'movable_items', 'edits', 'drafts', 'intermediate.int_invoice_item_waits', as_of()
        ) }}
    ),

    folded_lines as (
        {{ fold_invoice_line_edits(
            'lines_to_fold', 'edits', 'intermediate.int_price_tiers'
        ) }}
    )

    {{ ordered_invoice_lines('folded_lines') }};

    create or replace macro main.invoice_discounts_edited(
        wanted_invoice, edits_table_name
    ) as table
    with
    drafts as (
        select * from intermediate.drafts_beside(wanted_invoice)
    ),

    ordered_lines as (
        select * from intermediate.lines_beside(wanted_invoice, edits_table_name)
    ),

    own_discounts as (
        {{ own_line_discounts(
            'ordered_lines',
            'intermediate.int_invoice_item_discounts',
            'drafts',
            'intermediate.int_coupons'
        ) }}
    )

    select distinct
        candidates.discount_id as id,
        candidates.coupon_id
    from intermediate.int_subscription_discount_candidates as candidates
    inner join drafts
        on candidates.invoice_id = drafts.invoice_id

    union

    select
        own_discounts.discount_id as id,
        own_discounts.coupon_id
    from own_discounts;

    create or replace macro main.draft_invoice_lines_edited(
        wanted_invoice, edits_table_name
    ) as table
    with
    {{ charged_relations_beside() }}
    select *
    from edited_lines
    where invoice_id = wanted_invoice
    order by line_position;

    create or replace macro main.draft_invoice_with_lines_edited(
        wanted_invoice, edits_table_name
    ) as table
    with
    {{ charged_relations_beside() }},

    wanted_drafts as (
        select * from drafts where invoice_id = wanted_invoice
    ),

    live_edits as (
        select *
        from intermediate.edits_beside(wanted_invoice, edits_table_name)
        where invoice_id = wanted_invoice
    ),

    edited_invoices as (
        {{ invoices_with_metadata('wanted_drafts', 'live_edits') }}
    )

    select
        totals.*,
        shown.lines
    from ({{ invoice_totals(
        'edited_invoices', 'edited_lines', 'edited_discounts', 'edited_credits', 'edited_taxes',
        'edited_customers'
    ) }}) as totals
    cross join (
        select list(lines order by lines.line_position) as lines
        from edited_lines as lines
        where lines.invoice_id = wanted_invoice
    ) as shown;

    create or replace macro main.draft_invoice_edited(wanted_invoice, edits_table_name) as table
    select * exclude (lines)
    from main.draft_invoice_with_lines_edited(wanted_invoice, edits_table_name);
{% endmacro %}

{# What edits work on: the drafts beside the wanted one, their lines before any edit, the
   customer's invoice items as landed. #}
{% macro relations_beside() -%}
drafts as (
        select * from intermediate.drafts_beside(wanted_invoice)
    ),

    live_edits as (
        select * from intermediate.edits_beside(wanted_invoice, edits_table_name)
    ),

    base_lines as (
        select lines.*
        from intermediate.int_invoice_lines_unedited as lines
        inner join drafts
            on lines.invoice_id = drafts.invoice_id
    ),

    items as (
        select items.*
        from intermediate.int_invoice_items as items
        inner join (select distinct customer_id from drafts) as owners
            on items.customer_id = owners.customer_id
    ),

    edits as (
        {{ keyed_invoice_line_edits(
            'live_edits',
            'base_lines',
            'items',
            'intermediate.int_price_tiers',
            '(select id as price_id, product_id from main.prices)',
            '(select id as product_id, name from main.products)'
        ) }}
    )
{%- endmacro %}

{% macro charged_relations_beside() -%}
drafts as (
        select * from intermediate.drafts_beside(wanted_invoice)
    ),

    ordered_lines as (
        select * from intermediate.lines_beside(wanted_invoice, edits_table_name)
    ),

    edited_terms as (
        select terms.*
        from intermediate.int_invoice_terms as terms
        inner join drafts
            on terms.invoice_id = drafts.invoice_id
    ),

    edited_customers as (
        select
            customers.id as customer_id,
            customers.currency,
            customers.balance
        from main.customers as customers
        inner join (select distinct customer_id from drafts) as owners
            on customers.id = owners.customer_id
    ),

    {{ adjusted_draft_relations('edited', 'ordered_lines', 'edited_terms') }}
{%- endmacro %}
