{# The filters of the list functions, each a list of `name`, `condition` and, where only some texts
   are values, `allowed`. A condition is SQL over `landed` and the function's own parameter of that
   name; a parameter that is null filters nothing. #}

{# Those whose column is the given value. #}
{% macro filter_equal(name, column, allowed=none) %}
    {{- return([{'name': name, 'condition': column ~ ' = ' ~ name, 'allowed': allowed}]) -}}
{% endmacro %}

{# Those whose column, an id that has its lookup_hash beside it, is the given one. #}
{% macro filter_named(name, column) %}
    {{- return([{
        'name': name,
        'condition': column ~ '_hash = ' ~ lookup_hash(name) ~ ' and ' ~ column ~ ' = ' ~ name
    }]) -}}
{% endmacro %}

{# Those for which a condition holds, or those for which it does not. #}
{% macro filter_truth(name, condition) %}
    {{- return([{'name': name, 'condition': 'coalesce(' ~ condition ~ ', false) = ' ~ name}]) -}}
{% endmacro %}

{# Those whose column is one of the given values. #}
{% macro filter_among(name, column) %}
    {{- return([{'name': name, 'condition': 'list_contains(' ~ name ~ ', ' ~ column ~ ')'}]) -}}
{% endmacro %}

{# Those whose instant, in whole seconds since 1970, is the given one or lies in the given range. #}
{% macro filter_within(name, seconds) %}
    {%- set found = [] -%}
    {%- for end, sign in [('', '='), ('_gt', '>'), ('_gte', '>='), ('_lt', '<'), ('_lte', '<=')] -%}
        {%- do found.append({
            'name': name ~ end, 'condition': seconds ~ ' ' ~ sign ~ ' ' ~ name ~ end
        }) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}

{# Subscriptions by status, as Stripe has it: without one all but the canceled, `all` for every
   one, `ended` for those that will not bill again. #}
{% macro filter_subscription_status() %}
    {%- set condition -%}
        case
            when status is null then coalesce(landed.status, '') <> 'canceled'
            when status = 'all' then true
            when status = 'ended' then landed.status in ('canceled', 'incomplete_expired')
            else landed.status = status
        end
    {%- endset -%}
    {{- return([{
        'name': 'status',
        'condition': condition,
        'is_default': true,
        'allowed': [
            'active', 'all', 'canceled', 'ended', 'incomplete', 'incomplete_expired', 'past_due',
            'paused', 'trialing', 'unpaid'
        ]
    }]) -}}
{% endmacro %}

{# SQL: the conditions of filters, each beginning with `and`. #}
{% macro filter_conditions(filters) %}
    {%- for filter in filters %}
        and {{ filter.condition if filter.is_default
            else '(' ~ filter.name ~ ' is null or ' ~ filter.condition ~ ')' }}
    {%- endfor %}
{% endmacro %}

{# SQL: the parameters of a function with these filters, all of them null unless given. #}
{% macro filter_parameters(filters) %}
    {{- filters | map(attribute='name') | join(' := null, ') }}
    {{- ' := null' if filters else '' -}}
{% endmacro %}

{# SQL: hand on what was given to another function with the same filters. #}
{% macro filter_arguments(filters) %}
    {%- for filter in filters -%}
        {{ filter.name }} := {{ filter.name }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{% endmacro %}
