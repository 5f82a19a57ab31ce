{#- What draft_invoice_errors says, with the customer of each product that is missing too. -#}
with

sources as (

    select * from {{ ref('int_invoice_line_sources') }}

),

priced_lines as (

    select * from {{ ref('int_priced_lines') }}

),

price_tiers as (

    select
        price_id,
        currency,
        tiers_mode,
        case when max(case when up_to is null then 1 else 0 end) = 0 then max(up_to) end
            as last_up_to
    from {{ ref('int_price_tiers') }}
    group by
        price_id,
        currency,
        tiers_mode

),

prices as (

    select
        price_id,
        product_id
    from {{ ref('stg_prices') }}

),

item_lines as (

    select *
    from {{ ref('int_invoice_lines') }}
    where type = 'invoiceitem'

),

too_large as (

    select
        invoice_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        price_id,
        currency,
        invoice_line_id as subject_id,
        quantity,
        unit_amount_decimal,
        period_start,
        period_end,
        livemode
    from priced_lines
    where exact_amount_decimal is null

    union all

    select
        invoice_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        price_id,
        currency,
        invoice_line_id as subject_id,
        quantity,
        unit_amount_decimal,
        period_start,
        period_end,
        livemode
    from item_lines
    where exact_amount_decimal is null

),

-- A price that has the currency has at least one row of tiers in it.
unpriced as (

    select
        sources.*,
        price_tiers.price_id as priced_id,
        price_tiers.last_up_to
    from sources
    left join price_tiers
        on
            sources.price_id = price_tiers.price_id
            and sources.currency = price_tiers.currency
    where
        not sources.is_trial
        and (
            price_tiers.price_id is null
            or (price_tiers.tiers_mode <> 'per_unit' and sources.quantity > price_tiers.last_up_to)
        )

),

item_prices as (

    select distinct
        items.subscription_item_id,
        items.price_id,
        items.livemode,
        versions.subscription_id,
        versions.customer_id
    from {{ ref('stg_subscription_items') }} as items
    inner join {{ ref('int_subscription_versions') }} as versions
        on
            items.batch_id = versions.batch_id
            and items.batch_row = versions.batch_row

),

products as (

    select product_id
    from {{ ref('stg_products') }}

),

candidates as (

    select * from {{ ref('int_subscription_discount_candidates') }}

),

superseded as (

    select distinct in_force.invoice_id
    from {{ ref('int_invoice_discounts') }} as in_force
    inner join candidates
        on
            in_force.invoice_id = candidates.invoice_id
            and in_force.discount_id = candidates.discount_id
    where candidates.scope = 'invoice' and not candidates.is_of_customer

),

-- A customer's discount that one of the subscription supersedes there is none of the draft's.
discounts as (

    select
        candidates.invoice_id,
        candidates.subscription_item_id,
        candidates.discount_id,
        candidates.coupon_id
    from candidates
    left join superseded
        on candidates.invoice_id = superseded.invoice_id
    where not candidates.is_of_customer or superseded.invoice_id is null

    union all

    select
        invoice_id,
        cast(null as varchar) as subscription_item_id,
        discount_id,
        coupon_id
    from {{ ref('int_invoice_line_own_discounts') }}

),

coupons as (

    select
        coupon_id,
        currency
    from {{ ref('stg_coupons') }}

),

drafts as (

    select
        invoice_id,
        customer_id,
        subscription_id,
        currency,
        period_start,
        period_end,
        livemode
    from {{ ref('int_draft_invoices') }}

),

foreign_discounts as (

    select
        discounts.*,
        drafts.customer_id,
        coupons.currency as coupon_currency
    from {{ ref('int_foreign_currency_discounts') }} as discounts
    inner join drafts
        on discounts.invoice_id = drafts.invoice_id
    inner join coupons
        on discounts.coupon_id = coupons.coupon_id

),

-- A customer's discount is for the drafts in its coupon's currency, where there are any.
served as (

    select distinct
        discounts.invoice_id,
        discounts.discount_id
    from foreign_discounts as discounts
    inner join drafts
        on
            discounts.customer_id = drafts.customer_id
            and discounts.coupon_currency = drafts.currency
    where discounts.is_of_customer

),

bad_discounts as (

    select
        'coupon_not_found' as error_code,
        discounts.invoice_id,
        discounts.subscription_item_id,
        discounts.discount_id,
        discounts.coupon_id
    from discounts
    left join coupons
        on discounts.coupon_id = coupons.coupon_id
    where coupons.coupon_id is null

    union all

    select
        'coupon_currency_not_found' as error_code,
        discounts.invoice_id,
        discounts.subscription_item_id,
        discounts.discount_id,
        discounts.coupon_id
    from foreign_discounts as discounts
    left join superseded
        on discounts.invoice_id = superseded.invoice_id
    left join served
        on
            discounts.invoice_id = served.invoice_id
            and discounts.discount_id = served.discount_id
    where
        not discounts.is_of_customer
        or (superseded.invoice_id is null and served.invoice_id is null)

),

tax_rates as (

    select
        invoice_id,
        subscription_item_id,
        coalesce(subscription_item_id, scope) as named_by,
        tax_rate_id,
        percentage
    from {{ ref('int_invoice_tax_rates') }}

    union all

    select
        invoice_id,
        cast(null as varchar) as subscription_item_id,
        invoice_line_id as named_by,
        tax_rate_id,
        percentage
    from {{ ref('int_invoice_line_own_tax_rates') }}

),

problems as (

    select
        'amount_out_of_range' as error_code,
        invoice_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        price_id,
        currency,
        subject_id,
        cast(null as varchar) as missing_id,
        quantity,
        unit_amount_decimal,
        cast(null as {{ quantity_type() }}) as last_up_to,
        period_start,
        period_end,
        livemode
    from too_large

    union all

    select
        case when priced_id is null then 'price_currency_not_found' else 'tier_not_found' end
            as error_code,
        invoice_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        price_id,
        currency,
        line_source_id as subject_id,
        cast(null as varchar) as missing_id,
        quantity,
        cast(null as {{ quantity_type() }}) as unit_amount_decimal,
        last_up_to,
        period_start,
        period_end,
        livemode
    from unpriced

    union all

    select
        'price_not_found' as error_code,
        cast(null as varchar) as invoice_id,
        item_prices.customer_id,
        item_prices.subscription_id,
        item_prices.subscription_item_id,
        item_prices.price_id,
        cast(null as varchar) as currency,
        concat(item_prices.subscription_item_id, ':', item_prices.price_id) as subject_id,
        item_prices.price_id as missing_id,
        cast(null as {{ quantity_type() }}) as quantity,
        cast(null as {{ quantity_type() }}) as unit_amount_decimal,
        cast(null as {{ quantity_type() }}) as last_up_to,
        cast(null as timestamp) as period_start,
        cast(null as timestamp) as period_end,
        item_prices.livemode
    from item_prices
    left join prices
        on item_prices.price_id = prices.price_id
    where prices.price_id is null

    union all

    select distinct
        'product_not_found' as error_code,
        cast(null as varchar) as invoice_id,
        priced_lines.customer_id,
        cast(null as varchar) as subscription_id,
        cast(null as varchar) as subscription_item_id,
        priced_lines.price_id,
        cast(null as varchar) as currency,
        priced_lines.price_id as subject_id,
        priced_lines.product_id as missing_id,
        cast(null as {{ quantity_type() }}) as quantity,
        cast(null as {{ quantity_type() }}) as unit_amount_decimal,
        cast(null as {{ quantity_type() }}) as last_up_to,
        cast(null as timestamp) as period_start,
        cast(null as timestamp) as period_end,
        priced_lines.livemode
    from priced_lines
    left join products
        on priced_lines.product_id = products.product_id
    where products.product_id is null

    union all

    select
        bad_discounts.error_code,
        bad_discounts.invoice_id,
        drafts.customer_id,
        drafts.subscription_id,
        bad_discounts.subscription_item_id,
        cast(null as varchar) as price_id,
        drafts.currency,
        bad_discounts.discount_id as subject_id,
        bad_discounts.coupon_id as missing_id,
        cast(null as {{ quantity_type() }}) as quantity,
        cast(null as {{ quantity_type() }}) as unit_amount_decimal,
        cast(null as {{ quantity_type() }}) as last_up_to,
        drafts.period_start,
        drafts.period_end,
        drafts.livemode
    from bad_discounts
    inner join drafts
        on bad_discounts.invoice_id = drafts.invoice_id

    union all

    select
        'tax_rate_not_found' as error_code,
        tax_rates.invoice_id,
        drafts.customer_id,
        drafts.subscription_id,
        tax_rates.subscription_item_id,
        cast(null as varchar) as price_id,
        drafts.currency,
        concat(tax_rates.named_by, ':', tax_rates.tax_rate_id) as subject_id,
        tax_rates.tax_rate_id as missing_id,
        cast(null as {{ quantity_type() }}) as quantity,
        cast(null as {{ quantity_type() }}) as unit_amount_decimal,
        cast(null as {{ quantity_type() }}) as last_up_to,
        drafts.period_start,
        drafts.period_end,
        drafts.livemode
    from tax_rates
    inner join drafts
        on tax_rates.invoice_id = drafts.invoice_id
    where tax_rates.percentage is null

)

select
    problems.*,
    coupons.currency as coupon_currency
from problems
left join coupons
    on
        problems.error_code = 'coupon_currency_not_found'
        and problems.missing_id = coupons.coupon_id
