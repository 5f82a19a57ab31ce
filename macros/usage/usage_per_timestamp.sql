{# The usage of each item at each second, as CTEs that end in `folded`: in the order of receipt
   an increment adds to the usage so far and a set replaces it. So what counts is the last set
   and the increments received after it.

   Receipt is ordered by (received_at, received_sequence). Records that tie there are ordered by
   what they say, sets after increments, so that neither the batch nor the place in it decides.
   Only seconds with a set among several records need an order at all; the others are sums. #}
{% macro usage_per_timestamp(relation) %}
    seconds as (

        select
            subscription_item_id,
            used_at,
            cast(sum(quantity) as {{ quantity_type() }}) as quantity,
            count(*) as record_count,
            max(case when action = 'set' then 1 else 0 end) as has_set
        from {{ relation }}
        group by
            subscription_item_id,
            used_at

    ),

    contested as (

        select
            subscription_item_id,
            used_at
        from seconds
        where has_set = 1 and record_count > 1

    ),

    in_order as (

        select
            records.subscription_item_id,
            records.used_at,
            records.action,
            records.quantity,
            row_number() over (
                partition by records.subscription_item_id, records.used_at
                order by
                    records.received_at,
                    records.received_sequence,
                    records.action,
                    records.quantity
            ) as place
        from {{ relation }} as records
        inner join contested
            on
                records.subscription_item_id = contested.subscription_item_id
                and records.used_at = contested.used_at

    ),

    since_last_set as (

        select
            in_order.*,
            max(case when action = 'set' then place end) over (
                partition by subscription_item_id, used_at
            ) as last_set
        from in_order

    ),

    folded as (

        select
            subscription_item_id,
            used_at,
            quantity,
            record_count
        from seconds
        where has_set = 0 or record_count = 1

        union all

        select
            subscription_item_id,
            used_at,
            cast(sum(case when place >= last_set then quantity else 0 end) as {{ quantity_type() }})
                as quantity,
            count(*) as record_count
        from since_last_set
        group by
            subscription_item_id,
            used_at

    )
{% endmacro %}
