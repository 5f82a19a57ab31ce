{# How subscriptions ended that say how their end is prorated: one row per subscription_id with
   ends_at, proration_behavior and is_at_once (the end was not foreseen by cancel_at or
   cancel_at_period_end). `versions` is int_subscription_versions. The first version in force since
   the end that says so counts: what a later one says, or leaves out, changes no end.
   Source: DECISIONS.md, "Cancelled at once". #}
{% macro subscription_ends(versions) %}
    select
        ended.subscription_id,
        max(ended.ends_at) as ends_at,
        arg_min(ended.proration_behavior, ended.version_number) as proration_behavior,
        arg_min(
            coalesce(ended.cancel_at <> ended.ends_at, true)
            and not coalesce(ended.is_cancel_at_period_end, false),
            ended.version_number
        ) as is_at_once
    from {{ versions }} as ended
    where ended.valid_from >= ended.ends_at and ended.proration_behavior is not null
    group by ended.subscription_id
{% endmacro %}
