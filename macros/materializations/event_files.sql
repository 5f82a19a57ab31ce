{# Writes a model's rows as Parquet under {METERHOUSE_BUILD}/events/event_month=YYYY-MM/, sorted by
   customer, meter and time, and leaves a view over them. Events never live in the database file:
   that is copied every night, and these are not.
 The model takes its input in pieces (see this_piece) of up to `piece_rows` rows; each piece becomes
   one file per UTC month that its events are stamped with. So a full build leaves the same layout
   as a year of nights, and no piece needs more memory than another.
 A file that is already there is replaced by a rename, never written into: a build shares its files
   with the one before it by hard link. A file of an earlier run that this one does not write is
   left empty. dbt's `external` materialization is not used: for an empty result it writes a row of
   nulls. `event_month=none` holds the empty file that keeps the pattern from matching nothing. #}
{% materialization event_files, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set written = [event_file('none', 'events')] -%}

    {{ run_hooks(pre_hooks) }}

    {% do make_folder(events_folder()) %}
    {% do write_event_file(sql_of_piece(sql, 'false'), 'none', 'events') %}

    {% for piece in landed_pieces(config.get('piece_rows', 8000000)) %}
        {% set name = '%06d' | format(loop.index) %}
        {% set months = months_of_piece(piece) %}
        {# A few months are read one by one straight from the piece; many of them would read it too
           often. #}
        {% if months | length > 3 %}
            {% call statement('piece_of_events') %}
                create or replace temp table piece_of_events as {{ sql_of_piece(sql, piece) }}
            {% endcall %}
        {% endif %}
        {% for month in months %}
            {% if months | length > 3 %}
                {% set rows = 'select * from piece_of_events as events where ' ~ in_month(month) %}
            {% else %}
                {% set rows = sql_of_piece(sql, piece ~ ' and ' ~ in_month(month)) %}
            {% endif %}
            {% do write_event_file(rows, month, name) %}
            {% do written.append(event_file(month, name)) %}
        {% endfor %}
    {% endfor %}

    {% for file in written_event_files() if file not in written %}
        {% do write_empty_event_file(sql_of_piece(sql, 'false'), file) %}
    {% endfor %}

    {% call statement('main') %}
        create or replace view {{ target_relation }} as
        select
            *,
            filename as event_file,
            file_row_number as event_file_row
        from read_parquet(
            '{{ events_folder() }}/event_month=*/*.parquet', hive_partitioning = false
        )
    {% endcall %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# The file of one piece and one month. #}
{% macro event_file(month, name) %}
    {{- return(events_folder() ~ '/event_month=' ~ month ~ '/' ~ name ~ '.parquet') -}}
{% endmacro %}


{# The condition that an event is stamped with a UTC month, given as YYYY-MM. #}
{% macro in_month(month) %}
    {%- set first = "timestamp '" ~ month ~ "-01 00:00:00'" -%}
    {{- return(
        'events.event_at >= ' ~ first ~ ' and events.event_at < ' ~ first ~ ' + interval 1 month'
    ) -}}
{% endmacro %}


{# The UTC months, as YYYY-MM, that the landed events of a piece are stamped with. #}
{% macro months_of_piece(piece) %}
    {%- set found = run_query(
        "select distinct strftime(date_trunc('month', events.event_at), '%Y-%m') as month from "
        ~ ref('stg_meter_events') ~ ' as events where ' ~ piece ~ ' order by month'
    ) -%}
    {{- return(found.columns[0].values() | list) -}}
{% endmacro %}


{% macro write_event_file(rows, month, name) %}
    {% do make_folder(events_folder() ~ '/event_month=' ~ month) %}
    {% call statement('event_file') %}
        copy (
            select * from ({{ rows }}) as events order by customer_key, meter_key, event_at
        )
        to '{{ event_file(month, name) }}' ({{ event_file_options() }})
    {% endcall %}
{% endmacro %}


{% macro write_empty_event_file(rows, file) %}
    {% call statement('empty_event_file') %}
        copy ({{ rows }}) to '{{ file }}' ({{ event_file_options() }})
    {% endcall %}
{% endmacro %}


{% macro event_file_options() -%}
    format parquet, compression zstd, parquet_version v2, row_group_size 61440,
    use_tmp_file true
{%- endmacro %}


{# Every event file of the build, in the order of their names. #}
{% macro written_event_files() %}
    {%- set found = run_query(
        "select file from glob('" ~ events_folder() ~ "/event_month=*/*.parquet') order by file"
    ) -%}
    {{- return(found.columns[0].values() | list) -}}
{% endmacro %}
