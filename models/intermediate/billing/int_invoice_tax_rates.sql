{#- The tax rates named on each draft: by its subscription or, where the draft landed, by itself
    (the defaults), and by the subscription's items. -#}
with

terms as (

    select
        invoice_id,
        batch_id,
        batch_row
    from {{ ref('int_invoice_terms') }}

),

subscription_versions as (

    select
        batch_id,
        batch_row,
        default_tax_rates
    from {{ ref('stg_subscriptions') }}

),

default_rates as (

    {{ explode('subscription_versions', 'default_tax_rates', ['batch_id', 'batch_row']) }}

),

landed_drafts as (

    select
        drafts.invoice_id,
        landed.default_tax_rates
    from {{ ref('int_draft_invoices') }} as drafts
    inner join {{ ref('stg_billed_invoices') }} as landed
        on drafts.invoice_id = landed.invoice_id

),

landed_rates as (

    {{ explode('landed_drafts', 'default_tax_rates', ['invoice_id']) }}

),

item_versions as (

    select
        batch_id,
        batch_row,
        subscription_item_id,
        tax_rates
    from {{ ref('stg_subscription_items') }}

),

item_rates as (

    {{ explode('item_versions', 'tax_rates', ['batch_id', 'batch_row', 'subscription_item_id']) }}

),

item_terms as (

    {{ item_terms('terms', ref('int_left_item_terms')) }}

),

named as (

    select
        terms.invoice_id,
        cast('invoice' as varchar) as scope,
        cast(null as varchar) as subscription_item_id,
        cast(null as varchar) as invoice_item_id,
        default_rates.position as rate_position,
        default_rates.element as tax_rate_id
    from terms
    inner join default_rates
        on
            terms.batch_id = default_rates.batch_id
            and terms.batch_row = default_rates.batch_row

    union all

    select
        invoice_id,
        cast('invoice' as varchar) as scope,
        cast(null as varchar) as subscription_item_id,
        cast(null as varchar) as invoice_item_id,
        position as rate_position,
        element as tax_rate_id
    from landed_rates

    union all

    select
        item_terms.invoice_id,
        cast('item' as varchar) as scope,
        item_rates.subscription_item_id,
        cast(null as varchar) as invoice_item_id,
        item_rates.position as rate_position,
        item_rates.element as tax_rate_id
    from item_terms
    inner join item_rates
        on {{ is_said_of_item('item_terms', 'item_rates') }}

),

tax_rates as (

    select
        tax_rate_id,
        percentage,
        is_inclusive
    from {{ ref('stg_tax_rates') }}

)

select
    named.invoice_id,
    named.scope,
    named.subscription_item_id,
    named.invoice_item_id,
    cast(named.rate_position as integer) as rate_position,
    named.tax_rate_id,
    tax_rates.percentage,
    tax_rates.is_inclusive
from named
left join tax_rates
    on named.tax_rate_id = tax_rates.tax_rate_id
