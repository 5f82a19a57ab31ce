{#- The lines that take off what a billing threshold has invoiced before: on the next invoice of the
    threshold and on the one that bills the whole period, in the shape of int_priced_lines. -#}
with

billings as (

    select * from {{ ref('int_threshold_billings') }}

),

sources as (

    select *
    from {{ ref('int_invoice_line_sources') }}
    where usage_type = 'metered' and not is_trial

),

-- The line source of a crossing or of a whole period, and what was invoiced before it. What a
-- change of price within the period left nothing of has no line source, and stays invoiced.
invoiced as (

    select
        line_source_id,
        previously_billed_amount as amount
    from billings

    union all

    select
        quantities.line_source_id,
        billings.item_amount as amount
    from billings
    inner join {{ ref('int_metered_quantities') }} as quantities
        on
            billings.subscription_item_id = quantities.subscription_item_id
            and billings.used_from = quantities.used_from
            and (billings.meter_id is null) = (quantities.meter_id is null)
    where billings.is_last

),

prices as (

    select
        price_id,
        product_id
    from {{ ref('stg_prices') }}

),

products as (

    select
        product_id,
        name
    from {{ ref('stg_products') }}

)

select
    {{ stable_id('il_', ['sources.invoice_id', 'sources.line_source_id', "'previously_billed'"]) }}
        as invoice_line_id,
    sources.invoice_id,
    sources.customer_id,
    sources.subscription_id,
    sources.subscription_item_id,
    cast(null as varchar) as invoice_item_id,
    sources.price_id,
    prices.product_id,
    cast('subscription' as varchar) as type,
    cast(null as integer) as tier,
    cast('previously_billed' as varchar) as part,
    concat(
        coalesce(products.name, prices.product_id, sources.price_id), ' (previously billed)'
    ) as description,
    sources.currency,
    cast(1 as {{ quantity_type() }}) as quantity,
    cast(null as {{ quantity_type() }}) as billed_quantity,
    sources.quantity_source,
    cast(-1 * invoiced.amount as {{ quantity_type() }}) as unit_amount_decimal,
    cast(-1 * invoiced.amount as {{ exact_amount_type() }}) as exact_amount_decimal,
    cast(-1 * invoiced.amount as bigint) as amount,
    sources.period_start,
    sources.period_end,
    false as is_proration,
    false as is_discountable,
    sources.metadata_json,
    cast(1 as integer) as sort_group,
    sources.period_start as sorted_at,
    sources.item_position,
    sources.livemode
from invoiced
inner join sources
    on invoiced.line_source_id = sources.line_source_id
inner join prices
    on sources.price_id = prices.price_id
left join products
    on prices.product_id = products.product_id
where invoiced.amount <> 0
