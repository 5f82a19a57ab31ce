{# preview_lines(items_table_name): what hypothetical items come to, line by line, at our rules of
   pricing. The named table has one row per item with subscription_item, price and quantity, each of
   which may be null: without a price the item's own, without a quantity what the item used so far
   in the period that is open (or, licensed, what it has). Gives the lines in the order of the
   rows, tiers ascending, before discounts, credits and tax: item_number, subscription_item, price,
   currency, tier, part, description, quantity, unit_amount_decimal, exact_amount_decimal, amount
   (minor units, null where it does not fit). #}
{% macro create_preview_lines_function() %}
    create or replace macro main.preview_lines(items_table_name) as table
    with

    -- A column that the table does not have is looked for further out, and found there.
    written as (
        select
            row_number() over () as item_number,
            items.subscription_item_id,
            items.price_id,
            items.quantity_text
        from (
            select
                'no such column' as subscription_item,
                'no such column' as price,
                'no such column' as quantity
        ) as absent
        cross join lateral (
            select
                cast(subscription_item as varchar) as subscription_item_id,
                cast(price as varchar) as price_id,
                cast(quantity as varchar) as quantity_text
            from query_table(items_table_name)
        ) as items
    ),

    given as (
        select
            item_number,
            subscription_item_id,
            price_id,
            case
                when 'no such column' in (subscription_item_id, price_id, quantity_text)
                    then cast(
                        error(concat(
                            'preview_lines: the table of items has no column ',
                            case 'no such column'
                                when subscription_item_id then 'subscription_item'
                                when price_id then 'price'
                                else 'quantity'
                            end,
                            '; give it subscription_item, price and quantity, null where an item ',
                            'says nothing.'
                        )) as {{ quantity_type() }}
                    )
                when
                    not {{ matches_whole(
                        'quantity_text', '[+-]?0*[0-9]{1,26}([.][0-9]{0,12}0*)?'
                    ) }}
                    then cast(
                        error(concat(
                            'preview_lines: item ', cast(item_number as varchar),
                            ' has the quantity ', quantity_text,
                            '; give a decimal number of at most 26 digits before the point ',
                            'and 12 after it, or null for what was used.'
                        )) as {{ quantity_type() }}
                    )
                else try_cast(quantity_text as {{ quantity_type() }})
            end as quantity
        from written
    ),

    last_used as (
        select
            quantities.subscription_item_id,
            quantities.used_quantity,
            row_number() over (
                partition by quantities.subscription_item_id
                order by quantities.boundary_at desc, quantities.period_end desc
            ) as place_from_last
        from intermediate.int_metered_quantities as quantities
        inner join given
            on quantities.subscription_item_id = given.subscription_item_id
    ),

    wanted as (
        select
            cast(given.item_number as varchar) as line_source_id,
            given.item_number,
            given.subscription_item_id,
            coalesce(given.price_id, items.price_id) as price_id,
            given.quantity as given_quantity,
            greatest(
                coalesce(
                    given.quantity,
                    last_used.used_quantity,
                    cast(items.quantity as {{ quantity_type() }}),
                    cast(0 as {{ quantity_type() }})
                ),
                cast(0 as {{ quantity_type() }})
            ) as quantity,
            subscriptions.currency
        from given
        left join main.subscription_items as items
            on given.subscription_item_id = items.id
        left join main.subscriptions as subscriptions
            on items.subscription_id = subscriptions.id
        left join last_used
            on
                given.subscription_item_id = last_used.subscription_item_id
                and last_used.place_from_last = 1
    ),

    quantities as (
        select
            wanted.line_source_id,
            wanted.item_number,
            wanted.subscription_item_id,
            case
                when prices.id is null
                    then cast(
                        error(concat(
                            'preview_lines: item ', cast(wanted.item_number as varchar),
                            ' has no price that landed (price ', coalesce(wanted.price_id, 'null'),
                            '); give the id of a price or of a subscription item.'
                        )) as varchar
                    )
                when wanted.given_quantity < 0
                    then cast(
                        error(concat(
                            'preview_lines: item ', cast(wanted.item_number as varchar),
                            ' has a quantity below 0; give 0 or more, or null for what was used.'
                        )) as varchar
                    )
                else wanted.price_id
            end as price_id,
            wanted.quantity,
            case
                when exists (
                    select 1
                    from intermediate.int_price_tiers as tiers
                    where
                        tiers.price_id = wanted.price_id
                        and tiers.currency = wanted.currency
                ) then wanted.currency
                else prices.currency
            end as currency,
            prices.product_id,
            prices.recurring_interval,
            prices.recurring_interval_count,
            prices.usage_type,
            prices.transform_divide_by
        from wanted
        left join main.prices as prices
            on wanted.price_id = prices.id
    ),

    priced as (
        {{ price_quantities('quantities', 'intermediate.int_price_tiers') }}
    )

    select
        quantities.item_number,
        quantities.subscription_item_id as subscription_item,
        quantities.price_id as price,
        quantities.currency,
        case when priced.tiers_mode <> 'per_unit' then priced.tier end as tier,
        priced.part,
        {{ line_description(
            'priced.part', 'priced.tiers_mode', 'priced.tier', 'priced.quantity',
            'products.unit_label', 'coalesce(products.name, quantities.product_id)',
            price_text(
                'priced.unit_amount_decimal', 'currencies.symbol', 'currencies.digits'
            ),
            'quantities.recurring_interval', 'quantities.recurring_interval_count',
            'quantities.transform_divide_by', 'false', 'quantities.usage_type',
            "'classic'"
        ) }} as description,
        priced.quantity,
        priced.unit_amount_decimal,
        priced.exact_amount_decimal,
        {{ round_to_minor_units('priced.exact_amount_decimal') }} as amount
    from priced
    inner join quantities
        on priced.line_source_id = quantities.line_source_id
    left join main.products as products
        on quantities.product_id = products.id
    left join intermediate.int_currencies as currencies
        on quantities.currency = currencies.currency
    order by
        quantities.item_number,
        priced.tier,
        case priced.part when 'flat_fee' then 1 else 0 end;
{% endmacro %}
