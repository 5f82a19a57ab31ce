{# Readable errors of table functions, wherever they are called from. #}

{# A join that refuses texts that are no value of a filter. What is given to range() is computed
   while the question is bound, so the error comes also where no row could match. #}
{% macro refused_choices(filters) %}
    {%- set limited = filters | selectattr('allowed') | list -%}
    {%- if limited -%}
    inner join range(
        case
            {%- for filter in limited %}
            when {{ filter.name }} not in ('{{ filter.allowed | join("', '") }}')
                then cast(error(concat(
                    '{{ filter.name }} is ''', {{ filter.name }}, '''; it can be '
                    '''{{ filter.allowed | join("'', ''") }}''.'
                )) as bigint)
            {%- endfor %}
            else 1
        end
    ) as allowed
        on true
    {%- endif -%}
{% endmacro %}

{# A condition that no row passes, and an error where `found` has no row: for the part of a union
   that refuses an unknown argument. The error is a branch of a CASE, since conditions may be asked
   in any order. #}
{% macro is_refused(noun, argument, found) -%}
    case
        when exists ({{ found }}) then false
        else cast(
            error(concat('No such {{ noun }}: ''', {{ argument }}, '''.')) as boolean
        )
    end
{%- endmacro %}
