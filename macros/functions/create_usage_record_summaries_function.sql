{# usage_record_summaries(subscription_item): what Stripe's endpoint of that name lists, the
   columns of the mart of that name, newest period first. An unknown or licensed item gives no
   rows. #}
{% macro create_usage_record_summaries_function() %}
    create or replace macro main.usage_record_summaries(subscription_item) as table
    select
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
    from main.usage_record_summaries as summaries
    where summaries.subscription_item_id = subscription_item
    order by summaries.period_end desc
{% endmacro %}
