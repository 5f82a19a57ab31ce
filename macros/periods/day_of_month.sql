{# The number of days in the month that begins at `month_start`. #}
{% macro days_in_month(month_start) -%}
    extract(day from {{ plus_seconds(plus_months(month_start, 1), -86400) }})
{%- endmacro %}

{# The instant at a time of day, in seconds, on a day of the month that begins at `month_start`;
   a day that the month lacks is its last. #}
{% macro day_of_month(month_start, day, time_of_day) -%}
    {{ plus_seconds(
        month_start,
        '(least(' ~ day ~ ', ' ~ days_in_month(month_start) ~ ') - 1) * 86400 + ' ~ time_of_day
    ) }}
{%- endmacro %}
