{# The lines of invoice items that edits put on drafts, and of pending items on the invoice that
   takes them, before their edits: in the shape of int_invoice_lines_unedited.

   `items` is movable_invoice_items, `edits` keyed_invoice_line_edits, `invoices` the drafts and
   `waits` int_invoice_item_waits. A pending item goes on the first invoice that its subscription
   or, where it names none, any subscription of its customer raises in its currency since the item
   waits. What landed later than `as_of` was seen waiting then. An invoice that was raised while the
   item waited keeps it, whatever landed of it since, unless an edit moved it or it is on another
   draft; a proration that an invoice of Stripe's took is not kept, since drafts have ours. #}
{% macro moved_invoice_item_lines(items, edits, invoices, waits, as_of) %}
    {{ invoice_item_lines(
        items, invoice_item_additions(edits, invoices), 'placed.item_position'
    ) }}

    union all

    {{ taken_invoice_item_lines(items, invoices, waits, as_of) }}
{% endmacro %}

{# Of those, the lines of items that no edit put where they are. #}
{% macro taken_invoice_item_lines(items, invoices, waits, as_of) %}
    {{ invoice_item_lines(
        items, pending_invoice_item_takers(items, invoices, waits, as_of), 'items.item_position'
    ) }}
{% endmacro %}

{% macro invoice_item_lines(items, placed, item_position) %}
    select
        placed.invoice_line_id,
        placed.invoice_id,
        placed.customer_id,
        items.line_subscription_id as subscription_id,
        items.subscription_item_id,
        items.invoice_item_id,
        items.price_id,
        items.product_id,
        cast('invoiceitem' as varchar) as type,
        cast(null as integer) as tier,
        items.part,
        items.description,
        placed.currency,
        items.quantity,
        items.billed_quantity,
        items.quantity_source,
        items.unit_amount_decimal,
        items.exact_amount_decimal,
        {{ round_to_minor_units('items.exact_amount_decimal') }} as amount,
        items.period_start,
        items.period_end,
        items.is_proration,
        items.is_discountable,
        items.metadata_json,
        cast(0 as integer) as sort_group,
        items.sorted_at,
        cast({{ item_position }} as integer) as item_position,
        placed.livemode
    from ({{ placed }}) as placed
    inner join {{ items }} as items
        on placed.invoice_item_id = items.invoice_item_id
{% endmacro %}

{% macro invoice_item_additions(edits, invoices) %}
    select
        additions.edit_key as invoice_item_id,
        additions.invoice_line_id,
        additions.position as item_position,
        invoices.invoice_id,
        invoices.customer_id,
        invoices.currency,
        invoices.livemode
    from {{ edits }} as additions
    inner join {{ invoices }} as invoices
        on additions.invoice_id = invoices.invoice_id
    where
        additions.operation = 'add'
        and additions.is_effective
{% endmacro %}

{% macro pending_invoice_item_takers(items, invoices, waits, as_of) %}
    select
        {{ stable_id('il_', ['takers.invoice_id', 'takers.invoice_item_id']) }}
            as invoice_line_id,
        takers.invoice_item_id,
        takers.invoice_id,
        takers.customer_id,
        takers.currency,
        takers.livemode
    from (
        select
            waiting.invoice_item_id,
            raised.invoice_id,
            waiting.customer_id,
            raised.currency,
            raised.livemode,
            row_number() over (
                partition by waiting.invoice_item_id
                order by raised.period_end, raised.invoice_id
            ) as taker_rank
        from (
            {{ waiting_invoice_items(items, invoices, waits, as_of) }}
        ) as waiting
        inner join {{ invoices }} as raised
            on
                waiting.customer_id = raised.customer_id
                and waiting.currency = raised.currency
                and (
                    waiting.subscription_id is null
                    or waiting.subscription_id = raised.subscription_id
                )
        left join {{ invoices }} as former
            on waiting.former_invoice_id = former.invoice_id
        where
            (raised.is_upcoming and waiting.waited_until is null)
            or (
                raised.subscription_id is not null
                and not raised.is_upcoming
                and raised.period_end >= waiting.waited_from
                and (waiting.waited_until is null or raised.period_end <= waiting.waited_until)
                and (former.invoice_id is null or raised.period_end > former.period_end)
            )
    ) as takers
    where takers.taker_rank = 1
{% endmacro %}

{# The items that wait, or were seen to, each time with [waited_from, waited_until]. #}
{% macro waiting_invoice_items(items, invoices, waits, as_of) %}
    select
        pending.invoice_item_id,
        pending.customer_id,
        pending.currency,
        pending.subscription_id,
        pending.former_invoice_id,
        least(pending.pending_since, {{ as_of }}) as waited_from,
        cast(null as timestamp) as waited_until
    from {{ items }} as pending
    where pending.state = 'pending'

    union all

    select
        items.invoice_item_id,
        items.customer_id,
        items.currency,
        items.subscription_id,
        cast(null as varchar) as former_invoice_id,
        waits.waited_from,
        waits.waited_until
    from {{ items }} as items
    inner join {{ waits }} as waits
        on items.invoice_item_id = waits.invoice_item_id
    left join {{ invoices }} as named
        on items.landed_invoice_id = named.invoice_id
    where
        not items.is_moved
        and not items.is_proration
        and named.invoice_id is null
{% endmacro %}
