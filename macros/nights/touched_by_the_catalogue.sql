{# The customers that a change of the catalogue touches, as CTEs that end in
   `touched_by_the_catalogue`: those whose objects name what changed. Edits of drafts name prices
   and products in their parameters, so whoever has an edited draft is touched by any change. Asks
   for `new_references`, `owners` and `request_owners`. #}
{% macro touched_by_the_catalogue(former) %}
    changed_prices as (

        select reference_id as price_id
        from new_references
        where stream = 'prices'

        union

        select prices.price_id
        from {{ ref('stg_prices') }} as prices
        inner join new_references
            on
                (
                    new_references.stream = 'products'
                    and prices.product_id = new_references.object_id
                )
                or (
                    new_references.stream = 'meters'
                    and prices.meter_id = new_references.object_id
                )

    ),

    changed as (

        select
            'price' as reference_kind,
            price_id as reference_id
        from changed_prices

        union

        select
            reference_kind,
            reference_id
        from new_references
        where stream in ('products', 'coupons', 'tax_rates')

    ),

    new_currencies as (

        select currency from {{ ref('stg_price_currencies') }}
        union
        select currency from {{ ref('stg_invoice_items') }}
        union
        select currency from {{ ref('stg_billed_invoices') }}
        except
        select currency from {{ former['int_currencies'] }}

    ),

    touched_by_the_catalogue as (

        select
            owners.customer_id,
            concat('a ', changed.reference_kind, ' changed') as reason
        from {{ ref('stg_landed_references') }} as landed
        inner join changed
            on
                landed.reference_kind = changed.reference_kind
                and landed.reference_id = changed.reference_id
        inner join owners
            on
                landed.object_kind = owners.reference_kind
                and landed.object_id = owners.reference_id

        union all

        select
            coalesce(lines.customer_id, '') as customer_id,
            concat('a ', changed.reference_kind, ' changed') as reason
        from {{ former['int_invoice_lines'] }} as lines
        inner join changed
            on
                (changed.reference_kind = 'price' and lines.price_id = changed.reference_id)
                or (changed.reference_kind = 'product' and lines.product_id = changed.reference_id)

        union all

        select
            request_owners.customer_id,
            'the catalogue changed, which edits of drafts may name' as reason
        from request_owners
        where exists (select 1 from changed)

        union all

        select
            coalesce(subscriptions.customer_id, '') as customer_id,
            'a currency is new' as reason
        from {{ ref('stg_subscriptions') }} as subscriptions
        inner join new_currencies
            on subscriptions.currency = new_currencies.currency

    )
{% endmacro %}
