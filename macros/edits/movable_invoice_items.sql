{# Every invoice item that a line may show, before its edits, and where it is: `state` is attached,
   pending or deleted; `pending_since` says since when it is known to wait, `former_invoice_id`
   which invoice an edit took it from, and `is_moved` whether edits say where it is. One row per
   item: those that landed, those that edits made, and those that stand behind a draft's line and
   were unassigned from it.

   `edits` is keyed_invoice_line_edits, `base_lines` the lines that stand on drafts before any edit,
   `invoice_items` is int_invoice_items. What an edit makes has no values of its own yet: the edit
   gives them, like every later one. #}
{% macro movable_invoice_items(edits, base_lines, invoice_items) %}
    select
        items.*,
        coalesce(moves.moved_at, items.known_at) as pending_since,
        moves.former_invoice_id,
        moves.edit_key is not null as is_moved,
        coalesce(
            moves.state,
            case
                when items.landed_invoice_id is null and items.is_landed then 'pending'
                else 'attached'
            end
        ) as state
    from (
        {{ invoice_items_to_move(edits, base_lines, invoice_items) }}
    ) as items
    left join (
        select
            edits.edit_key,
            {{ latest_by(
                "case"
                ~ " when edits.operation = 'add' then 'attached'"
                ~ " when edits.behavior = 'unassign' then 'pending'"
                ~ " else 'deleted' end",
                'edits.edit_order'
            ) }} as state,
            {{ latest_by('edits.received_at', 'edits.edit_order') }} as moved_at,
            {{ latest_by('edits.invoice_id', 'edits.edit_order') }} as former_invoice_id
        from {{ edits }} as edits
        where
            edits.operation in ('add', 'remove')
            and edits.is_effective
        group by edits.edit_key
    ) as moves
        on items.invoice_item_id = moves.edit_key
{% endmacro %}

{# The items that landed, in the shape of movable_invoice_items, as they are without any edit. #}
{% macro unedited_invoice_items(invoice_items) %}
    select
        items.*,
        items.known_at as pending_since,
        cast(null as varchar) as former_invoice_id,
        false as is_moved,
        case when items.landed_invoice_id is null then 'pending' else 'attached' end as state
    from (
        {{ landed_items_to_move(invoice_items) }}
    ) as items
{% endmacro %}

{% macro landed_items_to_move(invoice_items) %}
    select
        invoice_items.invoice_item_id,
        invoice_items.customer_id,
        invoice_items.invoice_id as landed_invoice_id,
        true as is_landed,
        invoice_items.subscription_id,
        cast(null as varchar) as line_subscription_id,
        cast(null as varchar) as subscription_item_id,
        invoice_items.price_id,
        invoice_items.product_id,
        cast('invoice_item' as varchar) as part,
        invoice_items.description,
        invoice_items.currency,
        invoice_items.quantity,
        cast(null as {{ quantity_type() }}) as billed_quantity,
        cast('invoice_item' as varchar) as quantity_source,
        invoice_items.unit_amount_decimal,
        invoice_items.exact_amount_decimal,
        invoice_items.period_start,
        invoice_items.period_end,
        invoice_items.is_proration,
        invoice_items.is_discountable,
        invoice_items.metadata_json,
        invoice_items.date_at as sorted_at,
        cast(0 as integer) as item_position,
        invoice_items.known_at,
        invoice_items.livemode
    from {{ invoice_items }} as invoice_items
{% endmacro %}

{% macro invoice_items_to_move(edits, base_lines, invoice_items) %}
    {{ landed_items_to_move(invoice_items) }}

    union all

    select
        edits.edit_key as invoice_item_id,
        edits.customer_id,
        cast(null as varchar) as landed_invoice_id,
        false as is_landed,
        cast(null as varchar) as subscription_id,
        cast(null as varchar) as line_subscription_id,
        cast(null as varchar) as subscription_item_id,
        cast(null as varchar) as price_id,
        cast(null as varchar) as product_id,
        cast('invoice_item' as varchar) as part,
        cast(null as varchar) as description,
        edits.currency,
        cast(1 as {{ quantity_type() }}) as quantity,
        cast(null as {{ quantity_type() }}) as billed_quantity,
        cast('invoice_item' as varchar) as quantity_source,
        cast(null as {{ quantity_type() }}) as unit_amount_decimal,
        cast(null as {{ exact_amount_type() }}) as exact_amount_decimal,
        date_trunc('second', edits.received_at) as period_start,
        date_trunc('second', edits.received_at) as period_end,
        false as is_proration,
        cast(null as boolean) as is_discountable,
        cast('{}' as varchar) as metadata_json,
        edits.received_at as sorted_at,
        cast(edits.position as integer) as item_position,
        edits.received_at as known_at,
        edits.livemode
    from {{ edits }} as edits
    where
        edits.operation = 'add'
        and edits.given_invoice_item_id is null

    union all

    select
        unassigned.edit_key as invoice_item_id,
        base_lines.customer_id,
        base_lines.invoice_id as landed_invoice_id,
        false as is_landed,
        base_lines.subscription_id,
        base_lines.subscription_id as line_subscription_id,
        base_lines.subscription_item_id,
        base_lines.price_id,
        base_lines.product_id,
        base_lines.part,
        base_lines.description,
        base_lines.currency,
        base_lines.quantity,
        base_lines.billed_quantity,
        base_lines.quantity_source,
        base_lines.unit_amount_decimal,
        base_lines.exact_amount_decimal,
        base_lines.period_start,
        base_lines.period_end,
        base_lines.is_proration,
        base_lines.is_discountable,
        base_lines.metadata_json,
        base_lines.sorted_at,
        base_lines.item_position,
        cast(null as timestamp) as known_at,
        base_lines.livemode
    from {{ base_lines }} as base_lines
    inner join (
        select distinct
            edits.invoice_id,
            edits.invoice_line_id,
            edits.edit_key
        from {{ edits }} as edits
        where
            edits.operation = 'remove'
            and edits.behavior = 'unassign'
    ) as unassigned
        on
            base_lines.invoice_id = unassigned.invoice_id
            and base_lines.invoice_line_id = unassigned.invoice_line_id
    left join {{ invoice_items }} as invoice_items
        on unassigned.edit_key = invoice_items.invoice_item_id
    where
        base_lines.type = 'invoiceitem'
        and invoice_items.invoice_item_id is null
{% endmacro %}
