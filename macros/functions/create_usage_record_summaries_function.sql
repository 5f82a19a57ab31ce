{# usage_record_summaries(subscription_item): what Stripe's endpoint of that name lists, the
   columns of the mart of that name, newest period first. A licensed item has no rows, an unknown
   one is refused.

   The endpoint reads its pages from intermediate.listed_usage_record_summaries(subscription_item):
   not in order, instants in whole seconds since 1970, and only what the endpoint shows. #}
{% macro create_usage_record_summaries_function() %}
    create or replace macro intermediate.listed_usage_record_summaries(
        subscription_item
    ) as table
    select
        {{ usage_record_summary_id('subscription_item_id', 'period_start') }} as id,
        subscription_item_id,
        {{ usage_record_summary_invoice('period_end') }} as invoice_id,
        period_start,
        period_end,
        total_usage,
        livemode
    from (
        select
            summaries.subscription_item_id,
            summaries.subscription_id,
            summaries.billed_invoice_id,
            summaries.is_open,
            {{ unix_seconds('summaries.period_start') }} as period_start,
            {{ unix_seconds('summaries.period_end') }} as period_end,
            summaries.total_usage,
            summaries.livemode
        from intermediate.int_usage_record_summaries as summaries
        where summaries.subscription_item_id = subscription_item
    ) as in_seconds;

    create or replace macro main.usage_record_summaries(subscription_item) as table
    select {{ usage_record_summary_columns() }}
    from main.usage_record_summaries as summaries
    where summaries.subscription_item_id = subscription_item
    union all
    select {{ usage_record_summary_columns() }}
    from main.usage_record_summaries as summaries
    right join range(1) as refused
        on false
    where {{ is_refused(
        'subscription_item',
        'subscription_item',
        'select 1 from main.subscription_items as known where known.id = subscription_item'
    ) }}
    order by period_end desc
{% endmacro %}

{% macro usage_record_summary_columns() -%}
    summaries.id,
    summaries.subscription_item_id,
    summaries.subscription_id,
    summaries.customer_id,
    summaries.price_id,
    summaries.period_start,
    summaries.period_end,
    summaries.total_usage,
    summaries.record_count,
    summaries.aggregate_usage,
    summaries.is_open,
    summaries.invoice_id,
    summaries.livemode
{%- endmacro %}
