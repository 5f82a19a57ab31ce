{# The list of event files to read, as an expression that a stored function can hand to
   read_parquet: the files of each UTC month among `months` (an expression of a list of texts
   YYYY-MM, repeats allowed) that had events when the function was made, and the empty file.
   Without a month the reader opens one empty file. It stands last, because the first file's rows
   are what the planner expects of all. #}
{% macro event_file_list(months) -%}
    list_append(
        list_transform(
            list_filter(
                list_distinct({{ months }}),
                lambda month: contains('{{ written_event_months() | join(",") }}', month)
            ),
            lambda month: concat('{{ events_folder() }}/event_month=', month, '/*.parquet')
        ),
        '{{ event_file('none', 'events') }}'
    )
{%- endmacro %}


{# The months that have event files, as YYYY-MM. #}
{% macro written_event_months() %}
    {%- set found = run_query(
        "select distinct regexp_extract(file, 'event_month=([^/]+)', 1) as month from glob('"
        ~ events_folder() ~ "/event_month=*/*.parquet') order by month"
    ) -%}
    {{- return(found.columns[0].values() | reject('equalto', 'none') | list) -}}
{% endmacro %}


{# The UTC month of a count of seconds since 1970, as YYYY-MM. #}
{% macro month_of_seconds(seconds) -%}
    strftime({{ from_unix_seconds(seconds) }}, '%Y-%m')
{%- endmacro %}


{# Every month that a range of seconds touches. #}
{% macro touched_months(start_seconds, end_seconds) -%}
    list_transform(
        generate_series(
            date_trunc('month', {{ from_unix_seconds(start_seconds) }}),
            {{ from_unix_seconds(end_seconds) }},
            interval 1 month
        ),
        lambda first: strftime(first, '%Y-%m')
    )
{%- endmacro %}
