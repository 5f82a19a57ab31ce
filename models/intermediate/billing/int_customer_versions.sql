{#- What a customer was when: drafts are discounted and taxed by the version in force when they were
    raised. The first version known holds from ever, a later one from its effective_at; where it
    brings a discount that began since the version before, from that beginning. Stripe writes a
    subscription and its customer's discount a moment apart, and takes a discount for one use away
    in the second of the invoice that used it. So a version that brings a discount where there was
    none holds that moment earlier, one that has none any more from the next second on. -#}
with

versions as (

    select
        customer_id,
        tax_exempt,
        discount_coupon_id,
        discount_start_at,
        discount_end_at,
        effective_at,
        row_number() over in_order as version_number,
        lag(effective_at) over in_order as previous_effective_at,
        lag(discount_coupon_id) over in_order as previous_coupon_id,
        lag(discount_start_at) over in_order as previous_start_at
    from {{ ref('stg_customer_versions') }}
    where not is_deleted
    window
        in_order as (
            partition by customer_id
            order by effective_at, observed_at, content_hash
        )

),

compared as (

    select
        versions.*,
        discount_coupon_id is not null
        and (
            previous_coupon_id is null
            or previous_coupon_id <> discount_coupon_id
            or coalesce(previous_start_at <> discount_start_at, false)
        ) as is_granted,
        discount_coupon_id is null and previous_coupon_id is not null as is_taken_away,
        date_trunc('second', effective_at) as effective_second,
        date_trunc('second', previous_effective_at) as previous_second,
        date_trunc(
            'second',
            case
                when discount_start_at > previous_effective_at and discount_start_at < effective_at
                    then discount_start_at
                else effective_at
            end
        ) as granted_second
    from versions

),

dated as (

    select
        compared.*,
        case
            when version_number = 1 then cast(null as timestamp)
            when is_taken_away then {{ plus_seconds('effective_second', '1') }}
            when is_granted and previous_coupon_id is null
                then greatest(
                    previous_second,
                    {{ plus_seconds('granted_second', '-' ~ created_together_seconds() | trim) }}
                )
            when is_granted then granted_second
            else effective_second
        end as said_from,
        sum(case when is_granted then 1 else 0 end) over (
            partition by customer_id, discount_coupon_id
            order by version_number
            rows between unbounded preceding and current row
        ) as grant_number
    from compared

),

-- A version follows the one before it, whatever both say.
followed as (

    select
        dated.*,
        max(said_from) over (
            partition by customer_id
            order by version_number
            rows between unbounded preceding and current row
        ) as valid_from
    from dated

),

bounded as (

    select
        followed.*,
        coalesce(
            lead(valid_from) over (
                partition by customer_id
                order by version_number
            ),
            {{ far_future() }}
        ) as valid_until
    from followed

)

select
    customer_id,
    tax_exempt,
    discount_coupon_id,
    -- A coupon that is given again is another discount.
    case
        when discount_coupon_id is null then cast(null as varchar)
        when grant_number = 1 then {{ stable_id('di_', ['customer_id', 'discount_coupon_id']) }}
        else {{ stable_id('di_', ['customer_id', 'discount_coupon_id', 'grant_number']) }}
    end as discount_id,
    discount_start_at,
    discount_end_at,
    valid_from,
    valid_until
from bounded
where coalesce(valid_from < valid_until, true)
