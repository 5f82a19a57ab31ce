{#- Invoice items that are not deleted, priced: what a line of one shows before any edit. -#}
with

invoice_items as (

    select *
    from {{ ref('stg_invoice_items') }}
    where not is_deleted

),

prices as (

    select
        price_currencies.price_id,
        price_currencies.currency,
        prices.product_id,
        price_currencies.unit_amount_decimal,
        prices.transform_divide_by,
        prices.transform_round
    from {{ ref('stg_price_currencies') }} as price_currencies
    inner join {{ ref('stg_prices') }} as prices
        on price_currencies.price_id = prices.price_id

),

priced as (

    select
        invoice_items.*,
        prices.product_id,
        coalesce(invoice_items.unit_amount_decimal, prices.unit_amount_decimal)
            as said_unit_amount_decimal,
        case
            -- A unit amount of its own is not the price's, and what is taken back fills no package.
            when invoice_items.unit_amount_decimal is not null or invoice_items.quantity < 0
                then cast(invoice_items.quantity as {{ quantity_type() }})
            else {{ multiplied_quantity(
                'invoice_items.quantity', 'prices.transform_divide_by', 'prices.transform_round'
            ) }}
        end as multiplied_quantity
    from invoice_items
    left join prices
        on
            invoice_items.price_id = prices.price_id
            and invoice_items.currency = prices.currency

),

-- An item that names no amount is what its price makes of its quantity.
amounts as (

    select
        priced.*,
        case
            when priced.amount is not null then {{ exact_amount('priced.amount') }}
            else {{ exact_product(
                'priced.multiplied_quantity', 'priced.said_unit_amount_decimal'
            ) }}
        end as exact_amount_decimal
    from priced

)

select
    invoice_item_id,
    customer_id,
    invoice_id,
    subscription_id,
    price_id,
    product_id,
    coalesce(amount, {{ round_to_minor_units('exact_amount_decimal') }}) as amount,
    exact_amount_decimal,
    currency,
    description,
    cast(quantity as {{ quantity_type() }}) as quantity,
    coalesce(
        said_unit_amount_decimal,
        case when quantity = 1 then cast(amount as {{ quantity_type() }}) end
    ) as unit_amount_decimal,
    period_start,
    period_end,
    date_at,
    is_proration,
    is_discountable,
    metadata_json,
    -- When the item was seen to be where it is: an old item that lands as pending waits today.
    greatest(observed_at, date_at) as known_at,
    livemode
from amounts
