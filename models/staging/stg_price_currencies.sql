with prices as (

    select
        price_id,
        currency,
        unit_amount_decimal,
        tax_behavior,
        currency_options
    from {{ ref('stg_prices') }}

),

options as (

    {{ explode('prices', 'currency_options', ['price_id']) }}

)

select
    price_id,
    currency,
    unit_amount_decimal,
    tax_behavior,
    true as is_price_currency
from prices

union all

select
    options.price_id,
    options.element.currency,
    options.element.unit_amount_decimal,
    options.element.tax_behavior,
    false as is_price_currency
from options
inner join prices
    on options.price_id = prices.price_id
where options.element.currency <> prices.currency
