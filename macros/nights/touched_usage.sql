{# The items whose usage a run counts anew (see touched_usage). `former` is former_billing(). #}
{% macro touched_usage(former) %}
    {%- if former is none %}
    select
        cast(null as varchar) as subscription_item_id,
        cast(null as varchar) as reason
    where false
    {%- else %}
    with

    new_batches as (

        select
            stream,
            batch_id
        from {{ ref('built_batches') }}
        where is_new

    ),

    usage_records as (

        select
            usage_record_id,
            subscription_item_id,
            batch_id,
            used_at,
            received_at
        from {{ ref('stg_usage_records') }}

    ),

    new_retractions as (

        select
            retractions.retracted_batch_id,
            retractions.retracted_key
        from {{ ref('stg_retractions') }} as retractions
        inner join new_batches
            on
                retractions.batch_id = new_batches.batch_id
                and new_batches.stream = 'retractions'
        where retractions.stream = 'usage_records'

    ),

    closed_anew as (

        select distinct
            closes.period_start,
            closes.period_end
        from {{ ref('stg_period_closes') }} as closes
        inner join new_batches
            on
                closes.batch_id = new_batches.batch_id
                and new_batches.stream = 'period_closes'

    ),

    -- What came after the first close of a period may have been left out before, or is now.
    closed as (

        select
            closes.period_start,
            closes.period_end,
            min(closes.received_until) as received_until
        from {{ ref('stg_period_closes') }} as closes
        inner join closed_anew
            on
                closes.period_start = closed_anew.period_start
                and closes.period_end = closed_anew.period_end
        group by
            closes.period_start,
            closes.period_end

    ),

    touched as (

        select
            usage_records.subscription_item_id,
            'usage landed' as reason
        from usage_records
        inner join new_batches
            on
                usage_records.batch_id = new_batches.batch_id
                and new_batches.stream = 'usage_records'

        union all

        select
            usage_records.subscription_item_id,
            'usage was retracted' as reason
        from usage_records
        inner join new_retractions
            on
                usage_records.batch_id = new_retractions.retracted_batch_id
                and new_retractions.retracted_key is null

        union all

        select
            usage_records.subscription_item_id,
            'usage was retracted' as reason
        from usage_records
        inner join new_retractions
            on usage_records.usage_record_id = new_retractions.retracted_key

        union all

        select
            usage_records.subscription_item_id,
            'a period was closed' as reason
        from usage_records
        inner join closed
            on
                usage_records.used_at > closed.period_start
                and usage_records.used_at <= closed.period_end
                and usage_records.received_at > closed.received_until

    )

    select
        subscription_item_id,
        min(reason) as reason
    from touched
    group by subscription_item_id
    {%- endif %}
{% endmacro %}
