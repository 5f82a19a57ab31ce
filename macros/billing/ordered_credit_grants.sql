{# Credit grants in the order in which Stripe applies them: `grant_position` counts from 1
   within (customer_id, currency). Lower priority first, then the grant that expires earlier
   (one that never expires last), promotional before paid, earlier effective, earlier created;
   equals by id. `credit_grants` is stg_credit_grants, `grant_prices` as in credit_amounts. A
   grant without a date takes effect when it is created; Stripe's default priority is 50.
   Source: Stripe's billing credits page. #}
{% macro ordered_credit_grants(credit_grants, grant_prices) %}
    select
        credit_grants.credit_grant_id,
        credit_grants.customer_id,
        credit_grants.currency,
        cast(
            row_number() over (
                partition by credit_grants.customer_id, credit_grants.currency
                order by
                    coalesce(credit_grants.priority, 50),
                    credit_grants.expires_at asc nulls last,
                    case credit_grants.category when 'promotional' then 0 else 1 end,
                    coalesce(credit_grants.grant_effective_at, credit_grants.created_at),
                    credit_grants.created_at,
                    credit_grants.credit_grant_id
            ) as integer
        ) as grant_position,
        credit_grants.amount as grant_amount,
        coalesce(credit_grants.grant_effective_at, credit_grants.created_at) as valid_from,
        -- A voided grant is gone from that instant on, an expired one likewise.
        least(
            coalesce(credit_grants.expires_at, {{ far_future() }}),
            coalesce(credit_grants.voided_at, {{ far_future() }})
        ) as valid_until,
        limited.credit_grant_id is not null as is_limited_to_prices
    from {{ credit_grants }} as credit_grants
    left join (
        select distinct grant_prices.credit_grant_id
        from {{ grant_prices }} as grant_prices
    ) as limited
        on credit_grants.credit_grant_id = limited.credit_grant_id
    where not credit_grants.is_deleted
{% endmacro %}
