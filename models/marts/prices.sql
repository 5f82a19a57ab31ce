select
    price_id as id,
    product_id,
    currency,
    is_active,
    type,
    billing_scheme,
    tiers_mode,
    unit_amount_decimal,
    transform_divide_by,
    transform_round,
    recurring_interval,
    case when type = 'recurring' then recurring_interval_count end as recurring_interval_count,
    usage_type,
    aggregate_usage,
    meter_id,
    tax_behavior,
    nickname,
    lookup_key,
    created_at,
    livemode
from {{ ref('stg_prices') }}
where not is_deleted
