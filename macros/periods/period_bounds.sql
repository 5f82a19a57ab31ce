{# Where the period after the boundary with this number starts: at the boundary, or where its run
   of periods does when that is later, which makes it a stub. Asks for the columns of
   int_billing_period_ranges, by the relation's name where one is given. #}
{% macro period_start(number, ranges=none) -%}
    {%- set of = ranges ~ '.' if ranges else '' -%}
    greatest(
        {{ of }}run_start,
        {{ anchored_boundary(
            of ~ 'anchor_at', of ~ 'step_months', of ~ 'step_seconds', number
        ) }}
    )
{%- endmacro %}

{# Where that period ends: at the next boundary, or where its run does when that is earlier. #}
{% macro period_end(number, ranges=none) -%}
    {%- set of = ranges ~ '.' if ranges else '' -%}
    least(
        {{ of }}run_end,
        {{ anchored_boundary(
            of ~ 'anchor_at', of ~ 'step_months', of ~ 'step_seconds', number ~ ' + 1'
        ) }}
    )
{%- endmacro %}
