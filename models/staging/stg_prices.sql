with versions as (

    {{ current_version(source('lake', 'prices')) }}

)

select
    id as price_id,
    product as product_id,
    currency,
    active as is_active,
    type,
    coalesce(billing_scheme, 'per_unit') as billing_scheme,
    tiers_mode,
    coalesce(unit_amount_decimal, cast(unit_amount as {{ quantity_type() }}))
        as unit_amount_decimal,
    transform_divide_by,
    transform_round,
    recurring_interval,
    coalesce(recurring_interval_count, 1) as recurring_interval_count,
    case when type = 'recurring' then coalesce(recurring_usage_type, 'licensed') end
        as usage_type,
    -- A meter aggregates by its own formula, so this is null for prices of meters.
    case
        when recurring_usage_type = 'metered' and recurring_meter is null
            then coalesce(recurring_aggregate_usage, 'sum')
    end as aggregate_usage,
    recurring_meter as meter_id,
    tax_behavior,
    nickname,
    lookup_key,
    tiers,
    currency_options,
    created_at,
    effective_at,
    is_deleted_now as is_deleted,
    livemode,
    object_json
from versions
