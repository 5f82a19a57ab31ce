{# For each list of landed objects three table functions: customers(…) and so on, newest object
   first, intermediate.listed_customers(…) and intermediate.every_listed_customers().

   The parameters are the filters of Stripe's list, by name and all optional; instants are whole
   seconds since 1970. The first has the columns of the mart of the same name and the whole object,
   and refuses what is no value of a filter. The second is what the endpoint reads its pages from:
   not in order, and with `created`, by which the list is ordered, in whole seconds. The third
   is the second without filters, which take longer to plan than the rows to read. #}
{% macro create_object_list_functions() %}
    {%- set statements = [] -%}
    {%- for list in object_lists() -%}
        {%- do statements.append(create_listed_objects_function(list)) -%}
        {%- do statements.append(create_objects_function(list)) -%}
    {%- endfor -%}
    {{- return(statements) -}}
{% endmacro %}

{% macro create_listed_objects_function(list) %}
    create or replace macro intermediate.listed_{{ list.name }}(
        {{ filter_parameters(list.filters) }}
    ) as table
    {{ listed_objects(list, list.filters) }};

    create or replace macro intermediate.every_listed_{{ list.name }}() as table
    {{ listed_objects(list, []) }}
{% endmacro %}

{% macro listed_objects(list, filters) %}
    select
        landed.id,
        coalesce({{ list.created or unix_seconds('landed.created_at') }}, 0) as created,
        landed.created_at,
        landed.customer_id,
        landed.subscription_id,
        landed.meter_id,
        landed.currency,
        landed.status,
        landed.is_active,
        landed.livemode,
        landed.object_json
    from main.landed_objects as landed
    where
        landed.object = '{{ list.object }}'
        {{- filter_conditions(filters) }}
{%- endmacro %}

{% macro create_objects_function(list) %}
    create or replace macro main.{{ list.name }}(
        {{ filter_parameters(list.filters) }}
    ) as table
    select
        {{ 'typed.*' if list.mart else 'listed.' ~ list.columns | join(', listed.') }},
        listed.object_json
    from intermediate.listed_{{ list.name }}({{ filter_arguments(list.filters) }}) as listed
    {%- if list.mart %}
    inner join main.{{ list.mart }} as typed
        on listed.id = typed.id
    {%- endif %}
    {{ refused_choices(list.filters) }}
    order by listed.created desc, listed.id
{% endmacro %}
