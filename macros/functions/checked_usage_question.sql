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
        when coalesce(len(meters), 0) = 0
            then error('meters names no meter; it is a list of at least one meter id.')
        when starts_at is null or ends_at is null
            then error(concat(
                case when starts_at is null then 'starts_at' else 'ends_at' end,
                ' is null; it must be whole seconds since 1970.'
            ))
        when ends_at <= starts_at
            then error(concat(
                'ends_at must be after starts_at: ', ends_at, ' is not after ', starts_at, '.'
            ))
        else {{ first_slot }}
    end
{%- endmacro %}
