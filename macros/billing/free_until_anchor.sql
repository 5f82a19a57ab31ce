{# Subscriptions whose time until their first anchor costs nothing: one row per subscription_id with
   free_from, when that time begins: after the trial with which the subscription began, as it ended.
   `versions` is int_subscription_versions. They began with proration_behavior none, so that the
   part of a period before the anchor is not prorated: it has no line, raises no invoice, and what
   changes within it credits and debits nothing.
   Source: Stripe's page on the billing cycle; DECISIONS.md, "The time until the first anchor". #}
{% macro free_until_anchor(versions) %}
    select
        firsts.subscription_id,
        greatest(
            firsts.started_at,
            coalesce(arg_max(trials.trial_end_at, trials.version_number), firsts.started_at)
        ) as free_from
    from {{ versions }} as firsts
    -- A trial that is ended early, or extended, is so by a version from before its end.
    left join {{ versions }} as trials
        on
            firsts.subscription_id = trials.subscription_id
            and trials.valid_from <= trials.trial_end_at
            and coalesce(trials.trial_start_at, firsts.started_at) <= {{ plus_seconds(
                'firsts.started_at', created_together_seconds()
            ) }}
    where firsts.version_number = 1 and firsts.proration_behavior = 'none'
    group by
        firsts.subscription_id,
        firsts.started_at
{% endmacro %}
