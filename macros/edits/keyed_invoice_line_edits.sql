{# Live edits with what each is an edit of (`edit_key`) and the values that it gives:
   `given_quantity`, `given_unit_amount_decimal`, `given_price_id`, `given_product_id` and
   `default_description`, the name of the product that is sold.

   `base_lines` are the lines that stand on drafts before any edit, `invoice_items` the items that
   landed (invoice_item_id, invoice_id), `price_tiers` int_price_tiers, `prices` (price_id,
   product_id), `products` (product_id, name).

   An amount is one unit at that amount. An invoice item is on one invoice at a time: of several
   edits that attach it, the one received first counts until the item is unassigned again. #}
{% macro keyed_invoice_line_edits(
    live_edits, base_lines, invoice_items, price_tiers, prices, products
) %}
    select
        placed.*,
        placed.operation <> 'add'
        or placed.given_invoice_item_id is null
        or (
            placed.attachment_number = 1
            and (placed.landed_invoice_id is null or placed.removals_before > 0)
        ) as is_effective
    from (
        select
            counted.*,
            row_number() over (
                partition by counted.edit_key, counted.operation, counted.removals_before
                order by counted.edit_order
            ) as attachment_number
        from (
            select
                valued.*,
                sum(case when valued.operation = 'remove' then 1 else 0 end) over (
                    partition by valued.edit_key
                    order by valued.edit_order
                    rows between unbounded preceding and current row
                ) as removals_before
            from (
                {{ valued_invoice_line_edits(
                    live_edits, base_lines, invoice_items, price_tiers, prices, products
                ) }}
            ) as valued
        ) as counted
    ) as placed
{% endmacro %}

{% macro valued_invoice_line_edits(
    live_edits, base_lines, invoice_items, price_tiers, prices, products
) %}
    select
        edits.invoice_line_edit_id,
        edits.invoice_id,
        edits.customer_id,
        edits.currency,
        edits.operation,
        edits.position,
        edits.invoice_line_id,
        edits.behavior,
        edits.received_at,
        edits.livemode,
        edits.given_invoice_item_id,
        case
            when edits.given_amount is not null then cast(1 as {{ quantity_type() }})
            else edits.given_quantity
        end as given_quantity,
        coalesce(
            edits.given_amount,
            edits.given_unit_amount_decimal,
            price_tiers.unit_amount_decimal
        ) as given_unit_amount_decimal,
        edits.given_price_id,
        coalesce(edits.given_product_id, prices.product_id) as given_product_id,
        edits.given_description,
        coalesce(edits.given_product_name, products.name) as default_description,
        edits.given_is_discountable,
        edits.given_period_start,
        edits.given_period_end,
        edits.given_metadata_json,
        edits.given_discounts_json,
        edits.given_tax_rates_json,
        edits.given_tax_amounts_json,
        edits.edit_order,
        invoice_items.invoice_id as landed_invoice_id,
        case
            when additions.invoice_line_id is not null
                then coalesce(
                    additions.given_invoice_item_id,
                    {{ stable_id('ii_', ['edits.invoice_line_id']) }}
                )
            when base_lines.invoice_line_id is not null then {{ edit_key('base_lines') }}
            -- A line that shows a pending item: its id says which.
            else coalesce(shown_items.invoice_item_id, edits.invoice_line_id)
        end as edit_key
    from {{ live_edits }} as edits
    left join (
        select
            adding.invoice_id,
            adding.invoice_line_id,
            max(adding.given_invoice_item_id) as given_invoice_item_id
        from {{ live_edits }} as adding
        where adding.operation = 'add'
        group by adding.invoice_id, adding.invoice_line_id
    ) as additions
        on
            edits.invoice_id = additions.invoice_id
            and edits.invoice_line_id = additions.invoice_line_id
    left join {{ base_lines }} as base_lines
        on
            edits.invoice_id = base_lines.invoice_id
            and edits.invoice_line_id = base_lines.invoice_line_id
    left join {{ invoice_items }} as invoice_items
        on edits.given_invoice_item_id = invoice_items.invoice_item_id
    left join {{ invoice_items }} as shown_items
        on
            edits.customer_id = shown_items.customer_id
            and edits.invoice_line_id = {{ stable_id(
                'il_', ['edits.invoice_id', 'shown_items.invoice_item_id']
            ) }}
    left join {{ price_tiers }} as price_tiers
        on
            edits.given_price_id = price_tiers.price_id
            and edits.currency = price_tiers.currency
            and price_tiers.tiers_mode = 'per_unit'
    left join {{ prices }} as prices
        on edits.given_price_id = prices.price_id
    left join {{ products }} as products
        on coalesce(edits.given_product_id, prices.product_id) = products.product_id
{% endmacro %}
