{# Writes a model's rows as Parquet under {METERHOUSE_BUILD}/events/event_month=YYYY-MM/, in the
   model's own order, by customer, meter and time, and leaves a view over them. Events never live in
   the database file: that is copied every night, and these are not.

   A run adds the events that it is the first to see, or writes all of them where it starts anew.
   They are taken in pieces (see this_piece) of up to `piece_rows` rows; each piece becomes one
   file per UTC month that its events are stamped with, named for its run. So a full build leaves
   the same layout as a year of nights, and no piece needs more memory than another.

   What was written is never changed: a build shares its files with the one before it by hard link.
   A file that is there already is replaced by a rename; one of an earlier run that a run starting
   anew does not write is left empty. dbt's `external` materialization is not used: for an empty
   result it writes a row of nulls. `event_month=none` holds the empty file that keeps the pattern
   from matching nothing. #}
{% materialization event_files, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set is_anew = metering_starts_anew() -%}

    {{ run_hooks(pre_hooks) }}

    {% do make_folder(events_folder()) %}
    {% if last_run_of(this.identifier) < metering_run_number() %}
        {% set written = [event_file('none', 'events')] %}
        {% do write_event_file(sql_of_piece(sql, 'false'), 'none', 'events') %}
        {% for piece in landed_pieces(config.get('piece_rows', 8000000)) %}
            {% set name = '%06d-%04d' | format(metering_run_number(), loop.index) %}
            {% do written.extend(write_event_files(sql, piece, name)) %}
        {% endfor %}
        {% if is_anew %}
            {% for file in written_event_files() if file not in written %}
                {% do write_rows(sql_of_piece(sql, 'false'), file) %}
            {% endfor %}
        {% endif %}
        {% do note_run_of(this.identifier) %}
    {% endif %}

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


{# The landed events that this run judges, in pieces: those of new batches, and those to judge
   again. Where the run starts anew, all of them. #}
{% macro landed_pieces(rows) %}
    {%- set is_new = is_in_new_batch('events.batch_id') -%}
    {%- if is_new == 'true' -%}
        {%- set files = pairs_of(
            'select file_name, num_rows from parquet_file_metadata('
            ~ quoted_text(env_var('METERHOUSE_LAKE', 'data/lake') ~ '/meter_events/*.parquet')
            ~ ') where num_rows > 0 order by file_name'
        ) -%}
        {{- return(pieces_of_files(
            files, rows, 'events.landed_file', 'events.landed_file_row'
        )) -}}
    {%- endif -%}
    {%- set files = pairs_of(
        'select landed_file, count(*) from ' ~ ref('stg_meter_events') ~ ' as events where '
        ~ is_new ~ ' group by landed_file order by landed_file'
    ) -%}
    {%- set pieces = [] -%}
    {%- for piece in pieces_of_files(
        files, rows, 'events.landed_file', 'events.landed_file_row'
    ) -%}
        {%- do pieces.append(piece ~ ' and ' ~ is_new) -%}
    {%- endfor -%}
    {%- set to_rejudge = ref('meter_events_to_rejudge') -%}
    {%- set batches = run_query(
        'select distinct batch_id from ' ~ to_rejudge
    ).columns[0].values() | list -%}
    {%- if batches -%}
        {%- do pieces.append(
            in_list('events.batch_id', batches)
            ~ ' and (events.batch_id, events.batch_row) in (select (batch_id, batch_row) from '
            ~ to_rejudge ~ ')'
        ) -%}
    {%- endif -%}
    {{- return(pieces) -}}
{% endmacro %}


{# Writes one piece, month by month, and returns the files. A few months are read one by one
   straight from the piece; many of them would read it too often. #}
{% macro write_event_files(sql, piece, name) %}
    {%- set written = [] -%}
    {%- set months = months_of_piece(piece) -%}
    {%- if months | length > 3 -%}
        {%- call statement('piece_of_events') -%}
            create or replace temp table piece_of_events as {{ sql_of_piece(sql, piece) }}
        {%- endcall -%}
    {%- endif -%}
    {%- for month in months -%}
        {%- if months | length > 3 -%}
            {%- set rows = 'select * from piece_of_events as events where ' ~ in_month(month)
                ~ ' order by customer_key, meter_key, event_at' -%}
        {%- else -%}
            {%- set rows = sql_of_piece(sql, piece ~ ' and ' ~ in_month(month)) -%}
        {%- endif -%}
        {%- do write_event_file(rows, month, name) -%}
        {%- do written.append(event_file(month, name)) -%}
    {%- endfor -%}
    {{- return(written) -}}
{% endmacro %}


{% macro write_event_file(rows, month, name) %}
    {%- do make_folder(events_folder() ~ '/event_month=' ~ month) -%}
    {%- do write_rows(rows, event_file(month, name)) -%}
{% endmacro %}


{% macro write_rows(rows, file) %}
    {%- call statement('event_file') -%}
        copy ({{ rows }})
        to '{{ file }}' (
            format parquet,
            parquet_version v2,
            compression zstd,
            compression_level 1,
            row_group_size 61440,
            use_tmp_file true
        )
    {%- endcall -%}
{% endmacro %}


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
        "select strftime(first_day, '%Y-%m') as month from ("
        ~ "select distinct date_trunc('month', events.event_at) as first_day from "
        ~ ref('stg_meter_events') ~ ' as events where ' ~ piece ~ ') as stamped order by month'
    ) -%}
    {{- return(found.columns[0].values() | list) -}}
{% endmacro %}


{# Every event file of the build, in the order of their names, as it stands in an SQL literal. #}
{% macro written_event_files() %}
    {{- return(written_files('event_month=*/*.parquet')) -}}
{% endmacro %}


{# The condition that an event came in a file that this run wrote; where the run starts anew, that
   is every event. #}
{% macro is_in_new_file(event_file) %}
    {%- if metering_starts_anew() -%}
        {{- return('true') -}}
    {%- endif -%}
    {%- set files = run_query(
        "select file from glob('" ~ events_folder() ~ '/event_month=*/'
        ~ '%06d' | format(metering_run_number()) ~ "-*.parquet') order by file"
    ).columns[0].values() | list -%}
    {{- return(in_list(event_file, files) if files else 'false') -}}
{% endmacro %}


{# The condition that an event was added to what earlier runs wrote; where the run starts anew,
   that is no event. #}
{% macro is_added(event_file) %}
    {{- return('false' if metering_starts_anew() else is_in_new_file(event_file)) -}}
{% endmacro %}
