with

prices as (

    select
        price_id,
        billing_scheme,
        tiers_mode,
        transform_divide_by,
        transform_round
    from {{ ref('stg_prices') }}

),

price_currencies as (

    select
        price_id,
        currency,
        unit_amount_decimal
    from {{ ref('stg_price_currencies') }}

),

price_tiers as (

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

per_unit as (

    select
        prices.price_id,
        price_currencies.currency,
        cast(1 as integer) as tier,
        cast('per_unit' as varchar) as tiers_mode,
        cast(0 as {{ quantity_type() }}) as quantity_above,
        cast(null as {{ quantity_type() }}) as up_to,
        price_currencies.unit_amount_decimal,
        cast(null as {{ quantity_type() }}) as flat_amount_decimal,
        prices.transform_divide_by,
        prices.transform_round
    from prices
    inner join price_currencies
        on prices.price_id = price_currencies.price_id
    where prices.billing_scheme = 'per_unit'

),

tiered as (

    select
        prices.price_id,
        price_tiers.currency,
        price_tiers.tier,
        prices.tiers_mode,
        price_tiers.quantity_above,
        price_tiers.up_to,
        price_tiers.unit_amount_decimal,
        price_tiers.flat_amount_decimal,
        cast(null as bigint) as transform_divide_by,
        cast(null as varchar) as transform_round
    from prices
    inner join price_tiers
        on prices.price_id = price_tiers.price_id
    where prices.billing_scheme = 'tiered'

)

select * from per_unit

union all

select * from tiered
