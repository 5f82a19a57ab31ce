{# The anchors that billing_cycle_anchor_config asks for, where a subscription names none itself:
   the `keys` columns and `anchor_at`.

   The relation has `looked_from`, the trial's end or else the subscription's start, from which
   the anchor is looked for, `step_months` and the anchor_… columns of the configuration. What
   that leaves out of the time of day is taken from the subscription's start, `started_at`.

   The first boundary is the first such day at or after `looked_from`, a month without that day
   giving its last. The anchor is the first boundary in a month that has the day, so that
   counting from it shortens short months only: day 31 every two months from 10 February is first
   billed on 28 February and anchored on 31 August. Where no month has the day, it is the first
   boundary in the longest of them; twelve steps meet them all, leap years included, unless the
   step is longer than a year. #}
{% macro configured_anchors(relation, keys) %}
    with

    asked as (

        select
            {{ keys | join(',\n            ') }},
            looked_from,
            step_months,
            anchor_day_of_month as asked_day,
            case
                when anchor_month is null then date_trunc('month', looked_from)
                else {{ plus_months(
                    "date_trunc('month', looked_from)",
                    'anchor_month - extract(month from looked_from)'
                ) }}
            end as month_start,
            case when anchor_month is null then 1 else 12 end as months_apart,
            coalesce(anchor_hour, extract(hour from started_at)) * 3600
                + coalesce(anchor_minute, extract(minute from started_at)) * 60
                + coalesce(anchor_second, extract(second from started_at)) as time_of_day
        from {{ relation }}

    ),

    first_months as (

        select
            {{ keys | join(',\n            ') }},
            step_months,
            asked_day,
            time_of_day,
            case
                when {{ day_of_month('month_start', 'asked_day', 'time_of_day') }} >= looked_from
                    then month_start
                else {{ plus_months('month_start', 'months_apart') }}
            end as first_month
        from asked

    ),

    steps as (

        {{ explode_range(
            'first_months', '0', '11', 'step',
            keys + ['first_month', 'step_months', 'asked_day', 'time_of_day']
        ) }}

    ),

    months as (

        select
            {{ keys | join(',\n            ') }},
            asked_day,
            time_of_day,
            {{ plus_months('first_month', 'step * step_months') }} as month_start
        from steps

    ),

    boundaries as (

        select
            {{ keys | join(',\n            ') }},
            {{ day_of_month('month_start', 'asked_day', 'time_of_day') }} as boundary,
            row_number() over (
                partition by {{ keys | join(', ') }}
                order by
                    least(asked_day, {{ days_in_month('month_start') }}) desc,
                    month_start asc
            ) as place
        from months

    )

    select
        {{ keys | join(',\n        ') }},
        boundary as anchor_at
    from boundaries
    where place = 1
{% endmacro %}
