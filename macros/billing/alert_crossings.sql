{# Which event took a customer's usage to an alert's threshold: one row per (alert, customer) that
   got there.

   `usage` has the events that an alert looks at: alert_id, customer_id, threshold_quantity,
   formula, value, unique_value, counted (-1 for one that is taken back, whose value is negated,
   else 1), last_at (what the last one is told by), event_at, arrived_at (of the event that
   arrives: what it takes back comes before it), received_at, received_sequence, batch_key,
   batch_row.
   The total is that of the meter's formula over the events in order of receipt, the last being the
   one of the latest time among them; an alert triggers once for each customer. Gives alert_id,
   customer_id, threshold_quantity, total, event_at, received_at, batch_key and batch_row. Source:
   Stripe's alerts and thresholds page. #}
{% macro alert_crossings(usage) %}
    select
        reached.alert_id,
        reached.customer_id,
        reached.threshold_quantity,
        cast(reached.total as {{ quantity_type() }}) as total,
        reached.event_at,
        reached.received_at,
        reached.batch_key,
        reached.batch_row
    from (
        select
            summed.*,
            row_number() over (
                partition by summed.alert_id, summed.customer_id
                order by summed.place
            ) as crossing_place
        from (
            select
                running.*,
                {{ aggregated_value(
                    'running.formula', 'running.value_sum', 'running.events', 'running.value_min',
                    'running.value_max', 'running.value_last', 'running.value_count'
                ) }} as total
            from (
                select
                    usage.*,
                    sum(usage.value) over until_now as value_sum,
                    min(usage.value) over until_now as value_min,
                    max(usage.value) over until_now as value_max,
                    {{ latest_by('usage.value', ordering([
                        'usage.last_at', 'usage.received_at', 'usage.received_sequence',
                        'usage.value'
                    ])) }} over until_now as value_last,
                    sum(
                        case when usage.place_of_value = 1 then 1 else 0 end
                    ) over until_now as value_count,
                    sum(usage.counted) over until_now as events,
                    row_number() over until_now as place
                from (
                    select
                        looked_at.*,
                        row_number() over (
                            partition by
                                looked_at.alert_id, looked_at.customer_id, looked_at.unique_value
                            order by {{ order_of_receipt('looked_at') }}
                        ) as place_of_value
                    from {{ usage }} as looked_at
                ) as usage
                window
                    until_now as (
                        partition by usage.alert_id, usage.customer_id
                        order by {{ order_of_receipt('usage') }}
                        rows between unbounded preceding and current row
                    )
            ) as running
        ) as summed
        where summed.counted > 0 and summed.total >= summed.threshold_quantity
    ) as reached
    where reached.crossing_place = 1
{% endmacro %}

{# The order in which an alert meets its events. #}
{% macro order_of_receipt(usage) -%}
    {{ usage }}.received_at,
    {{ usage }}.received_sequence,
    {{ usage }}.arrived_at,
    {{ usage }}.counted,
    {{ usage }}.batch_key,
    {{ usage }}.batch_row
{%- endmacro %}

{# What tells which event of a meter that takes the last one that is: its time or, where of a window
   only the one received last counts, the window's. #}
{% macro last_at(events) -%}
    coalesce(
        {{ event_window(events ~ '.event_at', events ~ '.window_seconds') }},
        {{ events }}.event_at
    )
{%- endmacro %}
