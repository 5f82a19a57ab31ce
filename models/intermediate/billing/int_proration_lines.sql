{#- The lines that prorations of licensed items make: pending invoice items on the next invoice
    of the subscription, in the shape of int_invoice_item_lines. What the other side prorated
    itself, and landed, is not prorated again where it waits for that invoice; on the upcoming one
    neither where it is on an invoice of its own already. -#}
with

changes as (

    select * from {{ ref('int_licensed_changes') }}

),

amounts as (

    select * from {{ ref('int_proration_amounts') }}

),

billings as (

    select * from {{ ref('int_prorated_billings') }}

),

prepared as (

    select
        changes.change_id,
        changes.chain_id,
        changes.changed_at,
        changes.from_at,
        {{ unix_seconds('changes.full_end') }} - {{ unix_seconds('changes.full_start') }}
            as period_seconds,
        changes.proration_behavior <> 'none' as is_prorated,
        changes.billing_mode,
        old_amounts.whole_amount as old_amount,
        changes.old_until,
        new_amounts.whole_amount as new_amount,
        changes.new_until,
        billings.billed_amount,
        billings.billed_from,
        billings.billed_until
    from changes
    left join amounts as old_amounts
        on
            changes.change_id = old_amounts.change_id
            and old_amounts.side = 'old'
    left join amounts as new_amounts
        on
            changes.change_id = new_amounts.change_id
            and new_amounts.side = 'new'
    left join billings
        on changes.chain_id = billings.chain_id

),

prorated as (

    {{ prorations('prepared') }}

),

stated as (

    select
        prorated.*,
        changes.subscription_id,
        changes.customer_id,
        changes.subscription_item_id,
        changes.currency,
        changes.changed_at,
        changes.from_at,
        changes.item_position,
        changes.livemode,
        case
            when prorated.part = 'unused_time' then changes.old_price_id
            else changes.new_price_id
        end as price_id,
        case
            when prorated.part = 'unused_time' then changes.old_quantity
            else changes.new_quantity
        end as quantity,
        amounts.percent_off
    from prorated
    inner join changes
        on prorated.change_id = changes.change_id
    left join amounts
        on
            prorated.change_id = amounts.change_id
            and amounts.side = case when prorated.part = 'unused_time' then 'old' else 'new' end

),

boundaries as (

    select
        invoice_id,
        subscription_id,
        previous_billed_at,
        boundary_at,
        is_upcoming
    from {{ ref('int_invoice_boundaries') }}

),

landed as (

    select
        subscription_id,
        invoice_id,
        period_start,
        known_at
    from {{ ref('int_invoice_items') }}
    where is_proration

),

due as (

    select
        boundaries.invoice_id,
        stated.*
    from stated
    inner join boundaries
        on
            stated.subscription_id = boundaries.subscription_id
            and stated.changed_at <= boundaries.boundary_at
            and (
                boundaries.previous_billed_at is null
                or stated.changed_at > boundaries.previous_billed_at
            )
    left join landed
        on
            stated.subscription_id = landed.subscription_id
            and (
                boundaries.is_upcoming
                or (landed.invoice_id is null and boundaries.boundary_at >= landed.known_at)
            )
            and stated.from_at
            between {{ plus_seconds('landed.period_start', '-' ~ created_together_seconds()) }}
            and {{ plus_seconds('landed.period_start', created_together_seconds()) }}
    where landed.subscription_id is null

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

),

named as (

    select
        due.*,
        prices.product_id,
        coalesce(products.name, prices.product_id, due.price_id) as product_name,
        {{ stable_id('ii_', [
            'due.change_id',
            "case when due.credit_number > 1 then concat(due.part, ':', due.credit_number)"
            ~ ' else due.part end'
        ]) }} as invoice_item_id
    from due
    inner join prices
        on due.price_id = prices.price_id
    left join products
        on prices.product_id = products.product_id

)

select
    {{ stable_id('il_', ['invoice_id', 'invoice_item_id']) }} as invoice_line_id,
    invoice_id,
    customer_id,
    subscription_id,
    subscription_item_id,
    invoice_item_id,
    price_id,
    product_id,
    cast('invoiceitem' as varchar) as type,
    cast(null as integer) as tier,
    part,
    {{ proration_description('part', 'quantity', 'product_name', 'from_at', 'percent_off') }}
        as description,
    currency,
    quantity,
    cast(null as {{ quantity_type() }}) as billed_quantity,
    cast('subscription' as varchar) as quantity_source,
    cast(null as {{ quantity_type() }}) as unit_amount_decimal,
    exact_amount_decimal,
    amount,
    period_start,
    period_end,
    true as is_proration,
    false as is_discountable,
    cast('{}' as varchar) as metadata_json,
    cast(0 as integer) as sort_group,
    changed_at as sorted_at,
    -- Of one second: item by item, the credit before the debit.
    cast(item_position * 2 + case part when 'unused_time' then 0 else 1 end as integer)
        as item_position,
    livemode
from named
