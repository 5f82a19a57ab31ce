{# A computation in steps, each reading what the step before it gave: the rows of the first step
   and of every further one. `step` is a query over the relation `previous`, the rows of the
   last step alone, and ends the repetition by giving no row. Both have the same columns and
   types. `at_most` bounds the steps on engines that cannot put a window into a recursive query
   and have them written out. #}
{% macro repeated_steps(first, step, at_most) %}
    {{- adapter.dispatch('repeated_steps', 'meterhouse')(first, step, at_most) -}}
{% endmacro %}

{% macro default__repeated_steps(first, step, at_most) %}
    with
    step_0 as (
        {{ first }}
    ),
    {% for number in range(1, at_most + 1) %}
    step_{{ number }} as (
        with previous as (select * from step_{{ number - 1 }})
        {{ step }}
    ){{ "," if not loop.last }}
    {% endfor %}
    {% for number in range(0, at_most + 1) %}
    select * from step_{{ number }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
{% endmacro %}

{% macro duckdb__repeated_steps(first, step, at_most) %}
    with recursive previous as (
        {{ first }}

        union all

        {{ step }}
    )
    select * from previous
{% endmacro %}
