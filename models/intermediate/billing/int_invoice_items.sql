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
        price_currencies.unit_amount_decimal
    from {{ ref('stg_price_currencies') }} as price_currencies
    inner join {{ ref('stg_prices') }} as prices
        on price_currencies.price_id = prices.price_id

)

select
    invoice_items.invoice_item_id,
    invoice_items.customer_id,
    invoice_items.invoice_id,
    invoice_items.subscription_id,
    invoice_items.price_id,
    prices.product_id,
    invoice_items.amount,
    invoice_items.currency,
    invoice_items.description,
    cast(invoice_items.quantity as {{ quantity_type() }}) as quantity,
    coalesce(
        invoice_items.unit_amount_decimal,
        prices.unit_amount_decimal,
        case
            when invoice_items.quantity = 1
                then cast(invoice_items.amount as {{ quantity_type() }})
        end
    ) as unit_amount_decimal,
    invoice_items.period_start,
    invoice_items.period_end,
    invoice_items.date_at,
    invoice_items.is_proration,
    invoice_items.is_discountable,
    invoice_items.metadata_json,
    -- When the item was seen to be where it is: an old item that lands as pending waits today.
    greatest(invoice_items.observed_at, invoice_items.date_at) as known_at,
    invoice_items.livemode
from invoice_items
left join prices
    on
        invoice_items.price_id = prices.price_id
        and invoice_items.currency = prices.currency
