{#- What each draft of a subscription charges for, before it is priced. Licensed items are billed
    for the period that begins at the boundary, metered ones for the period that ends there. -#}
with

licensed as (

    select * from {{ ref('int_licensed_periods') }}

),

metered as (

    select * from {{ ref('int_metered_quantities') }}

),

versions as (

    select
        subscription_id,
        batch_id,
        batch_row,
        currency,
        valid_from,
        valid_until
    from {{ ref('int_subscription_versions') }}

),

items as (

    select
        subscription_item_id,
        batch_id,
        batch_row,
        quantity,
        item_position,
        metadata_json
    from {{ ref('stg_subscription_items') }}

),

-- Each item with what its subscription's versions said of it, and when.
terms as (

    select
        items.subscription_item_id,
        items.quantity,
        items.item_position,
        items.metadata_json,
        versions.currency,
        versions.valid_from,
        versions.valid_until
    from items
    inner join versions
        on
            items.batch_id = versions.batch_id
            and items.batch_row = versions.batch_row

),

placed as (

    select
        licensed.subscription_item_id,
        licensed.subscription_id,
        licensed.customer_id,
        licensed.price_id,
        'licensed' as usage_type,
        licensed.is_trial,
        cast(null as {{ quantity_type() }}) as used_quantity,
        'subscription' as quantity_source,
        licensed.period_start,
        licensed.period_end,
        licensed.period_start as boundary_at,
        licensed.period_start as terms_at,
        licensed.livemode
    from licensed

    union all

    -- The terms of a period that ended are those of its last second: at the boundary itself the
    -- next ones may hold already, or none.
    select
        metered.subscription_item_id,
        metered.subscription_id,
        metered.customer_id,
        metered.price_id,
        'metered' as usage_type,
        metered.is_trial,
        metered.used_quantity,
        metered.quantity_source,
        metered.period_start,
        metered.period_end,
        metered.period_end as boundary_at,
        {{ plus_seconds('metered.period_end', -1) }} as terms_at,
        metered.livemode
    from metered

)

select
    concat(
        placed.subscription_item_id,
        ':',
        placed.usage_type,
        ':',
        cast({{ unix_seconds('placed.period_start') }} as varchar)
    ) as line_source_id,
    {{ draft_invoice_id('placed.subscription_id', 'placed.boundary_at') }} as invoice_id,
    placed.subscription_id,
    placed.customer_id,
    placed.subscription_item_id,
    placed.price_id,
    terms.currency,
    placed.usage_type,
    placed.is_trial,
    cast(
        case
            when placed.usage_type = 'licensed' then coalesce(terms.quantity, 1)
            when placed.used_quantity < 0 then 0
            else placed.used_quantity
        end as {{ quantity_type() }}
    ) as quantity,
    placed.quantity_source,
    placed.period_start,
    placed.period_end,
    terms.item_position,
    terms.metadata_json,
    placed.livemode
from placed
inner join terms
    on
        placed.subscription_item_id = terms.subscription_item_id
        and placed.terms_at >= terms.valid_from
        and placed.terms_at < terms.valid_until
