{#- What a line is, without what every line made here has in common: int_invoice_lines_unedited
    adds that. A trial is one line that charges nothing, whatever the price. A licensed period that
    is shorter than its whole step is charged by the second. -#}
{%- set carried = [
    'invoice_id', 'customer_id', 'subscription_id', 'subscription_item_id', 'price_id', 'currency',
    'quantity_source', 'usage_type', 'billing_mode', 'is_trial', 'period_start', 'period_end',
    'billed_seconds', 'full_seconds', 'metadata_json', 'item_position', 'livemode'
] -%}
with

charged as (

    select *
    from {{ ref('int_invoice_line_sources') }}
    where not is_trial

),

priced as (

    {{ price_quantities('charged', ref('int_price_tiers'), carried) }}

),

on_trial as (

    select
        {{ carried | join(',\n        ') }},
        cast(null as integer) as tier,
        cast('per_unit' as varchar) as tiers_mode,
        cast('usage' as varchar) as part,
        quantity,
        quantity as billed_quantity,
        cast(0 as {{ quantity_type() }}) as unit_amount_decimal,
        cast(0 as {{ exact_amount_type() }}) as exact_amount_decimal
    from {{ ref('int_invoice_line_sources') }}
    where is_trial

),

parts as (

    select * from priced

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
            'tier_prices.unit_amount_decimal', 'currencies.symbol', 'currencies.digits'
        ) }} as price_words
    from tier_prices
    inner join currencies
        on tier_prices.currency = currencies.currency

),

lines as (

    select
        parts.{{ carried | join(',\n        parts.') }},
        parts.tier,
        parts.tiers_mode,
        parts.part,
        parts.quantity,
        parts.billed_quantity,
        parts.unit_amount_decimal,
        case
            when parts.billed_seconds < parts.full_seconds
                then {{ prorated_amount(
                    'parts.exact_amount_decimal', 'parts.billed_seconds', 'parts.full_seconds'
                ) }}
            else parts.exact_amount_decimal
        end as exact_amount_decimal
    from parts

)

select
    {{ stable_id('il_', [
        'lines.invoice_id', 'lines.subscription_item_id', 'lines.price_id',
        unix_seconds('lines.period_start'), 'lines.tier', 'lines.part'
    ]) }} as invoice_line_id,
    lines.invoice_id,
    lines.customer_id,
    lines.subscription_id,
    lines.subscription_item_id,
    lines.price_id,
    prices.product_id,
    case when lines.tiers_mode <> 'per_unit' then lines.tier end as tier,
    lines.part,
    {{ line_description(
        'lines.part', 'lines.tiers_mode', 'lines.tier', 'lines.quantity', 'products.unit_label',
        "coalesce(products.name, prices.product_id, lines.price_id)",
        'price_words.price_words',
        'prices.recurring_interval', 'prices.recurring_interval_count',
        'prices.transform_divide_by', 'lines.is_trial', 'lines.usage_type',
        'lines.billing_mode'
    ) }} as description,
    lines.currency,
    lines.quantity,
    lines.billed_quantity,
    lines.quantity_source,
    lines.unit_amount_decimal,
    lines.exact_amount_decimal,
    {{ round_to_minor_units('lines.exact_amount_decimal') }} as amount,
    lines.period_start,
    lines.period_end,
    lines.metadata_json,
    lines.item_position,
    lines.livemode
from lines
inner join prices
    on lines.price_id = prices.price_id
left join products
    on prices.product_id = products.product_id
left join price_words
    on
        lines.price_id = price_words.price_id
        and lines.currency = price_words.currency
        and lines.tier = price_words.tier
        and lines.part = price_words.part
