{{ subscription_versions_in_force(ref('stg_subscriptions'), as_of()) }}
