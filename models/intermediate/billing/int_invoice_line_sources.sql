{#- What each draft of a subscription charges for, before it is priced. Licensed items are
    billed for the period that begins at the boundary, metered ones for the period that ends
    there. -#}
with

licensed as (

    select * from {{ ref('int_licensed_periods') }}

),

crossings as (

    select * from {{ ref('int_threshold_billings') }}

),

quantities as (

    select * from {{ ref('int_metered_quantities') }}

),

-- A billing threshold bills what was used so far within its period.
metered as (

    select
        line_source_id,
        subscription_item_id,
        subscription_id,
        customer_id,
        price_id,
        period_start,
        period_end,
        boundary_at,
        is_trial,
        quantity_source,
        used_quantity,
        livemode
    from quantities

    union all

    select
        crossings.line_source_id,
        crossings.subscription_item_id,
        crossings.subscription_id,
        crossings.customer_id,
        crossings.price_id,
        crossings.shown_from as period_start,
        crossings.shown_until as period_end,
        crossings.crossed_at as boundary_at,
        periods.is_trial,
        case when crossings.meter_id is null then 'usage_records' else 'meter' end
            as quantity_source,
        crossings.item_quantity as used_quantity,
        periods.livemode
    from crossings
    inner join {{ ref('int_metered_periods') }} as periods
        on
            crossings.subscription_item_id = periods.subscription_item_id
            and crossings.period_start = periods.period_start

),

boundaries as (

    select
        invoice_id,
        subscription_id,
        boundary_at,
        previous_billed_at
    from {{ ref('int_invoice_boundaries') }}

),

stretches as (

    select
        subscription_item_id,
        batch_id,
        batch_row,
        valid_from,
        valid_until
    from {{ ref('int_subscription_item_stretches') }}
    where usage_type = 'metered'

),

items as (

    select
        batch_id,
        batch_row,
        subscription_item_id,
        item_position,
        metadata_json
    from {{ ref('stg_subscription_items') }}

),

versions as (

    select
        batch_id,
        batch_row,
        subscription_id,
        currency,
        coalesce(billing_mode, 'classic') as billing_mode,
        coalesce(proration_behavior, '{{ proration_behavior() }}') as proration_behavior,
        valid_from,
        valid_until
    from {{ ref('int_subscription_versions') }}

),

-- Items of a meter that were taken off within a period, and whether what they used in it is billed:
-- the version that no longer lists them says so. One whose price becomes licensed stays.
taken_off as (

    select
        periods.subscription_item_id,
        periods.period_end as taken_off_at,
        versions.billing_mode = 'flexible' and versions.proration_behavior <> 'none' as is_billed
    from {{ ref('int_item_periods') }} as periods
    left join {{ ref('int_item_lives') }} as lives_after
        on
            periods.subscription_item_id = lives_after.subscription_item_id
            and periods.period_end = lives_after.item_from
    inner join versions
        on
            periods.subscription_id = versions.subscription_id
            and periods.period_end = versions.valid_from
            and versions.valid_from < versions.valid_until
    where
        periods.usage_type = 'metered'
        and periods.meter_id is not null
        and periods.ends_within
        and not periods.is_trial
        and lives_after.subscription_item_id is null

),

-- The terms of a period that ended are those of its last second: at the boundary itself the next
-- ones may hold already, or none.
stated as (

    select
        metered.*,
        items.item_position,
        items.metadata_json,
        versions.currency,
        versions.billing_mode
    from metered
    inner join stretches
        on
            metered.subscription_item_id = stretches.subscription_item_id
            and {{ plus_seconds('metered.period_end', -1) }} >= stretches.valid_from
            and {{ plus_seconds('metered.period_end', -1) }} < stretches.valid_until
    inner join items
        on
            stretches.batch_id = items.batch_id
            and stretches.batch_row = items.batch_row
            and stretches.subscription_item_id = items.subscription_item_id
    inner join versions
        on
            stretches.batch_id = versions.batch_id
            and stretches.batch_row = versions.batch_row

),

-- An item of a meter that is taken off within a period raises no invoice: where what it used is
-- billed, it is on the first one from then on.
due as (

    select
        stated.*,
        coalesce(at_boundary.invoice_id, next_boundary.invoice_id) as invoice_id
    from stated
    left join taken_off
        on
            stated.subscription_item_id = taken_off.subscription_item_id
            and stated.boundary_at = taken_off.taken_off_at
    left join boundaries as at_boundary
        on
            stated.subscription_id = at_boundary.subscription_id
            and stated.boundary_at = at_boundary.boundary_at
    left join boundaries as next_boundary
        on
            at_boundary.boundary_at is null
            and stated.subscription_id = next_boundary.subscription_id
            and stated.boundary_at < next_boundary.boundary_at
            and (
                next_boundary.previous_billed_at is null
                or stated.boundary_at > next_boundary.previous_billed_at
            )
            and coalesce(taken_off.is_billed, stated.billing_mode = 'flexible')
    where coalesce(taken_off.is_billed, true)

),

placed as (

    select
        licensed.line_source_id,
        boundaries.invoice_id,
        licensed.subscription_id,
        licensed.customer_id,
        licensed.subscription_item_id,
        licensed.price_id,
        licensed.currency,
        licensed.billing_mode,
        'licensed' as usage_type,
        licensed.is_trial,
        licensed.quantity,
        'subscription' as quantity_source,
        licensed.period_start,
        licensed.period_end,
        {{ unix_seconds('licensed.period_end') }} - {{ unix_seconds('licensed.period_start') }}
            as billed_seconds,
        {{ unix_seconds('licensed.full_end') }} - {{ unix_seconds('licensed.full_start') }}
            as full_seconds,
        licensed.item_position,
        licensed.metadata_json,
        licensed.livemode
    from licensed
    -- The coming period of a long interval may begin after the upcoming invoice.
    inner join boundaries
        on
            licensed.subscription_id = boundaries.subscription_id
            and licensed.period_start = boundaries.boundary_at

    union all

    select
        line_source_id,
        invoice_id,
        subscription_id,
        customer_id,
        subscription_item_id,
        price_id,
        currency,
        billing_mode,
        'metered' as usage_type,
        is_trial,
        case when used_quantity < 0 then 0 else used_quantity end as quantity,
        quantity_source,
        period_start,
        period_end,
        cast(null as bigint) as billed_seconds,
        cast(null as bigint) as full_seconds,
        item_position,
        metadata_json,
        livemode
    from due
    where invoice_id is not null

)

select
    line_source_id,
    invoice_id,
    subscription_id,
    customer_id,
    subscription_item_id,
    price_id,
    currency,
    billing_mode,
    usage_type,
    is_trial,
    cast(quantity as {{ quantity_type() }}) as quantity,
    quantity_source,
    period_start,
    period_end,
    billed_seconds,
    full_seconds,
    item_position,
    metadata_json,
    livemode
from placed
