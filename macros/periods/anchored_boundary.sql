{# The boundary with this number, counted from the anchor, whose own number is 0. Each is
   computed from the anchor and never from the boundary before it, so that a month too short for
   the anchor's day shortens its own boundary only: 31 January, 28 February, 31 March. One of the
   steps is 0. #}
{% macro anchored_boundary(anchor, step_months, step_seconds, number) -%}
    {{ plus_seconds(
        plus_months(anchor, '(' ~ number ~ ') * ' ~ step_months),
        '(' ~ number ~ ') * ' ~ step_seconds
    ) }}
{%- endmacro %}
