{# The list of event files to read, as an expression that a stored function can hand to read_parquet:
   the empty file, and one pattern for each UTC day among `days` (an expression of a list of day
   numbers since 1970, repeats allowed) that had events when the function was made. Without a day the
   reader opens one empty file. #}
{% macro event_file_list(days) -%}
    list_concat(
        ['{{ events_folder() }}/event_date=none/events.parquet'],
        list_transform(
            list_filter(
                list_distinct({{ days }}),
                lambda day: contains('{{ event_day_numbers() }}', concat(',', day, ','))
            ),
            lambda day: concat(
                '{{ events_folder() }}/event_date=',
                strftime(date '1970-01-01' + cast(day as integer), '%Y-%m-%d'),
                '/*.parquet'
            )
        )
    )
{%- endmacro %}


{# The days that have event files, as the text ',20500,20501,' of day numbers since 1970. #}
{% macro event_day_numbers() %}
    {%- set numbers = [] -%}
    {%- for day in written_event_days() -%}
        {%- set date = modules.datetime.date.fromisoformat(day) -%}
        {%- do numbers.append((date - modules.datetime.date(1970, 1, 1)).days | string) -%}
    {%- endfor -%}
    {{- return(',' ~ numbers | join(',') ~ ',') -}}
{% endmacro %}
