with

tiers as (

    select
        price_id,
        currency,
        tier,
        quantity_above,
        up_to,
        unit_amount_decimal,
        flat_amount_decimal
    from {{ ref('stg_price_tiers') }}

),

prices as (

    select price_id
    from {{ ref('stg_prices') }}
    where not is_deleted

)

select
    tiers.price_id,
    tiers.currency,
    tiers.tier,
    tiers.quantity_above,
    tiers.up_to,
    tiers.unit_amount_decimal,
    tiers.flat_amount_decimal
from tiers
inner join prices
    on tiers.price_id = prices.price_id
