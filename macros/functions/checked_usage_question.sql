{# The first slot, unless the question is malformed: then the error that says so. It is asked here
   because the slots are numbered while the question is bound, also when no row could match. #}
{% macro checked_usage_question(first_slot) -%}
    case
        when
            value_grouping_window is not null
            and value_grouping_window not in ('minute', 'hour', 'day', 'week', 'month')
            then error(concat(
                'value_grouping_window is ''', value_grouping_window,
                '''; it can be ''minute'', ''hour'', ''day'', ''week'', ''month'' or null.'
            ))
        when ends_at <= starts_at
            then error(concat(
                'ends_at must be after starts_at: ', ends_at, ' is not after ', starts_at, '.'
            ))
        else {{ first_slot }}
    end
{%- endmacro %}
