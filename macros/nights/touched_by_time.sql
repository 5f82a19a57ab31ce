{# The customers for whom something begins or ends between the as_of of the run before (exclusive)
   and this one's (inclusive), as CTEs that end in `touched_by_time`: every instant that a model
   compares with as_of is one of these. Asks for `clock` and `owners`. #}
{% macro touched_by_time(former) %}
    instants as (

        select
            owners.customer_id,
            versions.effective_at as instant_at
        from {{ ref('stg_subscriptions') }} as versions
        inner join owners
            on
                owners.reference_kind = 'subscription'
                and versions.subscription_id = owners.reference_id
        {%- for name, columns in {
            'int_subscription_versions': ['effective_at', 'ends_at', 'valid_from', 'valid_until'],
            'int_subscription_item_stretches': ['valid_from', 'valid_until'],
            'int_billing_period_ranges': ['usage_after', 'usage_until'],
            'int_licensed_terms': ['valid_from', 'valid_until'],
            'int_threshold_billings': ['crossed_at'],
            'int_invoice_boundaries': ['boundary_at'],
        }.items() %}
        {%- for column in columns %}

        union all

        select
            coalesce(customer_id, '') as customer_id,
            {{ column }} as instant_at
        from {{ former[name] }}
        {%- endfor %}
        {%- endfor %}

        -- What landed later than as_of is taken to wait since then, whenever that is.
        {%- for column in ['pending_since', 'known_at'] %}

        union all

        select
            coalesce(items.customer_id, '') as customer_id,
            least(items.{{ column }}, clock.as_of) as instant_at
        from {{ former['int_movable_invoice_items'] }} as items
        cross join clock
        where items.{{ column }} is not null
        {%- endfor %}

    ),

    touched_by_time as (

        select distinct
            instants.customer_id,
            'time passed' as reason
        from instants
        inner join clock
            on
                instants.instant_at > clock.former_as_of
                and instants.instant_at <= clock.as_of

    )
{% endmacro %}
