{# One row per stream and batch with the number of its rows that staging sees. #}
{% macro landed_row_counts(streams) %}
    {%- for stream in streams %}
    select
        cast('{{ stream }}' as varchar) as stream,
        batch_id,
        count(*) as row_count
    from {{ source('lake', stream) }}
    group by batch_id
    {{ "union all" if not loop.last }}
    {%- endfor %}
{% endmacro %}
