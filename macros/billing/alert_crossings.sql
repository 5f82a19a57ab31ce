{# Which event took a customer's usage to an alert's threshold: one row per (alert, customer) that
   got there.

   `usage` has the events that an alert looks at: alert_id, customer_id, threshold_quantity,
   formula, value, unique_value, counted (-1 for one that is taken back, whose value is negated,
   else 1), last_at (what the last one is told by), event_at, arrived_at (of the event that
   arrives: what it takes back comes before it), received_at, received_sequence, batch_key,
   batch_row.
   The total is that of the meter's formula over the events in order of receipt, the last being the
   one of the latest time among them; an alert triggers once for each customer. What is taken back
   may change a total, and triggers nothing. Gives alert_id, customer_id, threshold_quantity, total,
   event_at, received_at, batch_key and batch_row. Source: Stripe's alerts and thresholds page. #}
{% macro alert_crossings(usage) %}
    with

    -- An event that reaches a threshold by being the greatest or the latest does so by itself, so
    -- that nothing taken back before it matters.
    met as (

        select
            looked_at.*,
            looked_at.value * looked_at.counted as own_value,
            sum(looked_at.counted) over (
                partition by looked_at.alert_id, looked_at.customer_id, looked_at.unique_value
                order by {{ order_of_receipt('looked_at') }}
                rows between unbounded preceding and current row
            ) as events_of_value
        from {{ usage }} as looked_at
        where looked_at.counted > 0 or looked_at.formula not in ('last', 'max')

    ),

    running as (

        select
            met.*,
            sum(met.value) over until_now as value_sum,
            max(met.value) over until_now as value_max,
            {{ latest_by('met.value', ordering([
                'met.last_at', 'met.received_at', 'met.received_sequence', 'met.value'
            ])) }} over until_now as value_last,
            -- A value begins to count with its first event and ends when its last is taken back.
            sum(
                case
                    when met.counted > 0 and met.events_of_value = 1 then 1
                    when met.counted < 0 and met.events_of_value = 0 then -1
                    else 0
                end
            ) over until_now as value_count,
            -- The least reaches a threshold once nothing is left below it.
            sum(
                case when met.own_value < met.threshold_quantity then met.counted else 0 end
            ) over until_now as events_below,
            sum(met.counted) over until_now as events,
            row_number() over until_now as place
        from met
        window
            until_now as (
                partition by met.alert_id, met.customer_id
                order by {{ order_of_receipt('met') }}
                rows between unbounded preceding and current row
            )

    ),

    summed as (

        select
            running.*,
            {{ aggregated_value(
                'running.formula', 'running.value_sum', 'running.events',
                'case when running.events_below = 0 then running.threshold_quantity end',
                'running.value_max', 'running.value_last', 'running.value_count'
            ) }} as total
        from running

    ),

    reached as (

        select
            summed.*,
            row_number() over (
                partition by summed.alert_id, summed.customer_id
                order by summed.place
            ) as crossing_place
        from summed
        where summed.counted > 0 and summed.total >= summed.threshold_quantity

    ),

    values_left as (

        select
            running.alert_id,
            running.customer_id,
            running.own_value
        from running
        inner join reached
            on
                running.alert_id = reached.alert_id
                and running.customer_id = reached.customer_id
                and running.place <= reached.place
        where reached.crossing_place = 1 and reached.formula = 'min'
        group by
            running.alert_id,
            running.customer_id,
            running.own_value
        having sum(running.counted) > 0

    ),

    least_left as (

        select
            alert_id,
            customer_id,
            min(own_value) as value_min
        from values_left
        group by
            alert_id,
            customer_id

    )

    select
        reached.alert_id,
        reached.customer_id,
        reached.threshold_quantity,
        cast(coalesce(least_left.value_min, reached.total) as {{ quantity_type() }}) as total,
        reached.event_at,
        reached.received_at,
        reached.batch_key,
        reached.batch_row
    from reached
    left join least_left
        on
            reached.alert_id = least_left.alert_id
            and reached.customer_id = least_left.customer_id
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
