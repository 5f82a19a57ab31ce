{# Fails with each combination of the columns that more than one row holds. NULLs are compared as
   values: two rows that both lack a part are the same combination. #}
{% test unique_combination(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
