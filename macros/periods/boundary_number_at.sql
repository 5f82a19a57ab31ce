{# The number of the last boundary that is not after an instant; negative before the anchor.
   Months: as many whole steps as lie between the two calendar months, less one where the
   boundary of that month is still to come. The quotients are shifted to numerators that are not
   negative, by more steps than any calendar has. #}
{% macro boundary_number_at(anchor, step_months, step_seconds, at) -%}
    {%- set months_between -%}
        (extract(year from {{ at }}) - extract(year from {{ anchor }})) * 12
            + extract(month from {{ at }}) - extract(month from {{ anchor }})
    {%- endset -%}
    {%- set month_steps -%}
        (
            {{ whole_quotient(
                months_between ~ ' + ' ~ step_months ~ ' * 200000', step_months
            ) }} - 200000
        )
    {%- endset -%}
    {%- set seconds_between -%}
        {{ unix_seconds(at) }} - {{ unix_seconds(anchor) }}
    {%- endset -%}
    cast(
        case
            when {{ step_months }} > 0
                then
                    {{ month_steps }} - case
                        when {{ anchored_boundary(anchor, step_months, 0, month_steps) }} > {{ at }}
                            then 1
                        else 0
                    end
            when {{ step_seconds }} > 0
                then
                    {{ whole_quotient(
                        seconds_between ~ ' + ' ~ step_seconds ~ ' * 100000000', step_seconds
                    ) }} - 100000000
        end
        as bigint
    )
{%- endmacro %}
