with prices as (

    select
        price_id,
        currency,
        tiers,
        currency_options
    from {{ ref('stg_prices') }}
    where billing_scheme = 'tiered'

),

options as (

    {{ explode('prices', 'currency_options', ['price_id']) }}

),

tier_lists as (

    select
        price_id,
        currency,
        tiers
    from prices

    union all

    -- A currency option replaces the whole tier list for its currency.
    select
        options.price_id,
        options.element.currency,
        options.element.tiers
    from options
    inner join prices
        on options.price_id = prices.price_id
    where
        options.element.currency <> prices.currency
        and options.element.tiers is not null

),

exploded as (

    {{ explode('tier_lists', 'tiers', ['price_id', 'currency']) }}

)

-- By their bounds, in whatever order they were listed.
select
    price_id,
    currency,
    cast(row_number() over tier_order as integer) as tier,
    coalesce(
        lag(cast(element.up_to as {{ quantity_type() }})) over tier_order,
        cast(0 as {{ quantity_type() }})
    ) as quantity_above,
    cast(element.up_to as {{ quantity_type() }}) as up_to,
    element.unit_amount_decimal,
    element.flat_amount_decimal
from exploded
window
    tier_order as (
        partition by price_id, currency
        order by element.up_to asc nulls last, position asc
    )
