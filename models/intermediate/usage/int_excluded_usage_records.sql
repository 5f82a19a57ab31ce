with

usage_records as (

    select
        usage_record_id,
        subscription_item_id,
        idempotency_key,
        batch_id,
        batch_row,
        action,
        quantity,
        used_at,
        received_at,
        received_sequence
    from {{ ref('stg_usage_records') }}

),

retractions as (

    select
        retracted_batch_id,
        retracted_key
    from {{ ref('stg_retractions') }}
    where stream = 'usage_records'

),

-- Closing a period again takes in what came since the last time.
period_closes as (

    select
        period_start,
        period_end,
        max(received_until) as received_until,
        cast({{ whole_quotient(unix_seconds('period_start'), 86400) }} as bigint) as first_day,
        cast({{ whole_quotient(unix_seconds('period_end'), 86400) }} as bigint) as last_day
    from {{ ref('stg_period_closes') }}
    group by
        period_start,
        period_end

),

closed_days as (

    {{ explode_range('period_closes', 'first_day', 'last_day', 'closed_day', [
        'period_start', 'period_end', 'received_until'
    ]) }}

),

retracted as (

    select
        usage_records.subscription_item_id,
        usage_records.batch_id,
        usage_records.batch_row
    from usage_records
    inner join retractions
        on
            usage_records.batch_id = retractions.retracted_batch_id
            and retractions.retracted_key is null

    union distinct

    select
        usage_records.subscription_item_id,
        usage_records.batch_id,
        usage_records.batch_row
    from usage_records
    inner join retractions
        on usage_records.usage_record_id = retractions.retracted_key

),

-- Few keys repeat, so only their records are put in order.
repeated_keys as (

    select
        subscription_item_id,
        idempotency_key
    from usage_records
    where idempotency_key is not null
    group by
        subscription_item_id,
        idempotency_key
    having count(*) > 1

),

repeated as (

    select
        usage_records.subscription_item_id,
        usage_records.batch_id,
        usage_records.batch_row,
        row_number() over (
            partition by usage_records.subscription_item_id, usage_records.idempotency_key
            -- Records that agree in all but where they lie have the same effect.
            order by
                usage_records.received_at,
                usage_records.received_sequence,
                usage_records.used_at,
                usage_records.action,
                usage_records.quantity,
                usage_records.usage_record_id,
                usage_records.batch_id,
                usage_records.batch_row
        ) as place
    from usage_records
    inner join repeated_keys
        on
            usage_records.subscription_item_id = repeated_keys.subscription_item_id
            and usage_records.idempotency_key = repeated_keys.idempotency_key
    left join retracted
        on
            usage_records.batch_id = retracted.batch_id
            and usage_records.batch_row = retracted.batch_row
    where retracted.batch_row is null

),

-- Quantities that could not be added up with the rest of their item's, whose sum has 26 digits.
-- Hardly a record is so large: that 10^10 smaller ones fit beside them, 10^25 are left free.
items_beyond_sums as (

    select subscription_item_id
    from usage_records
    where not {{ fits_sums('quantity') }}
    group by subscription_item_id
    having
        sum(floor(quantity)) >= cast('90000000000000000000000000' as decimal(38, 0))

),

beyond_sums as (

    select
        usage_records.subscription_item_id,
        usage_records.batch_id,
        usage_records.batch_row
    from usage_records
    inner join items_beyond_sums
        on usage_records.subscription_item_id = items_beyond_sums.subscription_item_id
    where not {{ fits_sums('usage_records.quantity') }}

),

late as (

    select
        usage_records.subscription_item_id,
        usage_records.batch_id,
        usage_records.batch_row
    from usage_records
    inner join closed_days
        on
            date_trunc('day', usage_records.used_at) = {{ from_unix_seconds(
                'closed_days.closed_day * 86400'
            ) }}
            and usage_records.used_at > closed_days.period_start
            and usage_records.used_at <= closed_days.period_end
            and usage_records.received_at > closed_days.received_until

),

reasons as (

    select
        subscription_item_id,
        batch_id,
        batch_row,
        1 as precedence
    from retracted

    union all

    select
        subscription_item_id,
        batch_id,
        batch_row,
        2 as precedence
    from repeated
    where place > 1

    union all

    select
        subscription_item_id,
        batch_id,
        batch_row,
        3 as precedence
    from beyond_sums

    union all

    select
        subscription_item_id,
        batch_id,
        batch_row,
        4 as precedence
    from late

)

select
    batch_id,
    batch_row,
    subscription_item_id,
    case min(precedence)
        when 1 then 'retracted'
        when 2 then 'duplicate'
        when 3 then 'quantity_too_large'
        else 'received_after_close'
    end as reason
from reasons
group by
    batch_id,
    batch_row,
    subscription_item_id
