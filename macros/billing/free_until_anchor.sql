{# Subscriptions whose time until their first anchor costs nothing: one row per subscription_id with
   free_from, when that time begins: after a trial. `versions` is
   int_subscription_versions. They began with proration_behavior none, so that the part of a period
   before the anchor is not prorated: it has no line, raises no invoice, and what changes within it
   credits and debits nothing.
   Source: Stripe's page on the billing cycle; DECISIONS.md, "The time until the first anchor". #}
{% macro free_until_anchor(versions) %}
    select
        firsts.subscription_id,
        greatest(firsts.started_at, coalesce(firsts.trial_end_at, firsts.started_at)) as free_from
    from {{ versions }} as firsts
    where firsts.version_number = 1 and firsts.proration_behavior = 'none'
{% endmacro %}
