with

sources as (

    select * from {{ ref('int_invoice_line_sources') }}

),

charged as (

    select
        line_source_id,
        price_id,
        currency,
        quantity
    from sources
    where not is_trial

),

priced as (

    {{ price_quantities('charged', ref('int_price_tiers')) }}

),

-- A trial is one line that charges nothing, whatever the price.
on_trial as (

    select
        line_source_id,
        cast(null as integer) as tier,
        cast('per_unit' as varchar) as tiers_mode,
        cast('usage' as varchar) as part,
        quantity,
        quantity as billed_quantity,
        cast(0 as {{ quantity_type() }}) as unit_amount_decimal,
        cast(0 as {{ exact_amount_type() }}) as exact_amount_decimal
    from sources
    where is_trial

),

-- A licensed period that is shorter than its whole step is charged by the second.
by_the_second as (

    select
        priced.line_source_id,
        priced.tier,
        priced.tiers_mode,
        priced.part,
        priced.quantity,
        priced.billed_quantity,
        priced.unit_amount_decimal,
        case
            when sources.billed_seconds < sources.full_seconds
                then {{ prorated_amount(
                    'priced.exact_amount_decimal', 'sources.billed_seconds', 'sources.full_seconds'
                ) }}
            else priced.exact_amount_decimal
        end as exact_amount_decimal
    from priced
    inner join sources
        on priced.line_source_id = sources.line_source_id

),

parts as (

    select * from by_the_second

    union all

    select * from on_trial

),

prices as (

    select
        price_id,
        product_id,
        recurring_interval,
        recurring_interval_count,
        transform_divide_by
    from {{ ref('stg_prices') }}

),

products as (

    select
        product_id,
        name,
        unit_label
    from {{ ref('stg_products') }}

),

currencies as (

    select
        currency,
        digits,
        major_per_minor,
        symbol
    from {{ ref('int_currencies') }}

),

tier_prices as (

    select
        price_id,
        currency,
        tier,
        'usage' as part,
        coalesce(unit_amount_decimal, 0) as unit_amount_decimal
    from {{ ref('int_price_tiers') }}

    union all

    select
        price_id,
        currency,
        tier,
        'flat_fee' as part,
        flat_amount_decimal as unit_amount_decimal
    from {{ ref('int_price_tiers') }}
    where flat_amount_decimal is not null

),

-- Written once for each tier, not for each line.
price_words as (

    select
        tier_prices.price_id,
        tier_prices.currency,
        tier_prices.tier,
        tier_prices.part,
        {{ price_text(
            'tier_prices.unit_amount_decimal', 'currencies.symbol', 'currencies.digits',
            'currencies.major_per_minor'
        ) }} as price_words
    from tier_prices
    inner join currencies
        on tier_prices.currency = currencies.currency

)

select
    {{ stable_id('il_', [
        'sources.invoice_id', 'sources.subscription_item_id', 'sources.price_id',
        unix_seconds('sources.period_start'), 'parts.tier', 'parts.part'
    ]) }} as invoice_line_id,
    sources.line_source_id,
    sources.invoice_id,
    sources.customer_id,
    sources.subscription_id,
    sources.subscription_item_id,
    cast(null as varchar) as invoice_item_id,
    sources.price_id,
    prices.product_id,
    cast('subscription' as varchar) as type,
    case when parts.tiers_mode <> 'per_unit' then parts.tier end as tier,
    parts.part,
    {{ line_description(
        'parts.part', 'parts.tiers_mode', 'parts.tier', 'parts.quantity', 'products.unit_label',
        "coalesce(products.name, prices.product_id, sources.price_id)",
        'price_words.price_words',
        'prices.recurring_interval', 'prices.recurring_interval_count',
        'prices.transform_divide_by', 'sources.is_trial', 'sources.usage_type',
        'sources.billing_mode'
    ) }} as description,
    sources.currency,
    parts.quantity,
    parts.billed_quantity,
    sources.quantity_source,
    parts.unit_amount_decimal,
    parts.exact_amount_decimal,
    {{ round_to_minor_units('parts.exact_amount_decimal') }} as amount,
    sources.period_start,
    sources.period_end,
    false as is_proration,
    true as is_discountable,
    sources.metadata_json,
    cast(1 as integer) as sort_group,
    sources.period_start as sorted_at,
    sources.item_position,
    sources.livemode
from parts
inner join sources
    on parts.line_source_id = sources.line_source_id
inner join prices
    on sources.price_id = prices.price_id
left join products
    on prices.product_id = products.product_id
left join price_words
    on
        sources.price_id = price_words.price_id
        and sources.currency = price_words.currency
        and parts.tier = price_words.tier
        and parts.part = price_words.part
