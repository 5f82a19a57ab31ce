{# Writes a model's rows as Parquet, one file a UTC day of `event_at`, under
   {METERHOUSE_BUILD}/events/event_date=YYYY-MM-DD/, sorted by meter, customer and time, and leaves a
   view over them. Events never live in the database file: it is copied every night, these are not.

   A file that is already there is replaced by a rename, never written into: a build shares its files
   with the one before it by hard link. A day that has no events any more gets an empty file.
   dbt's `external` materialization is not used: for an empty result it writes a row of nulls.
   `event_date=none` holds the empty file that keeps the pattern from matching nothing. #}
{% materialization event_files, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set folder = events_folder() -%}

    {{ run_hooks(pre_hooks) }}

    {% do make_folder(folder) %}
    {% do write_event_file(sql, 'none', 'false') %}

    {% set days = run_query(
        "select distinct cast(event_at as date) as day from (" ~ sql ~ ") as events order by day"
    ).columns[0].values() | map('string') | list %}
    {% for day in days %}
        {% do write_event_file(
            sql,
            day,
            "event_at >= timestamp '" ~ day ~ " 00:00:00' "
            ~ "and event_at < timestamp '" ~ day ~ " 00:00:00' + interval 1 day"
        ) %}
    {% endfor %}
    {% for day in written_event_days() if day not in days %}
        {% do write_event_file(sql, day, 'false') %}
    {% endfor %}

    {% call statement('main') %}
        create or replace view {{ target_relation }} as
        select *
        from read_parquet('{{ folder }}/event_date=*/*.parquet', hive_partitioning = false)
    {% endcall %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# One file of one day: the rows of `sql` for which `condition` holds. #}
{% macro write_event_file(sql, day, condition) %}
    {% do make_folder(events_folder() ~ '/event_date=' ~ day) %}
    {% call statement('event_file') %}
        copy (
            select *
            from ({{ sql }}) as events
            where {{ condition }}
            order by meter_key, customer_key, event_at, received_at, received_sequence
        )
        to '{{ events_folder() }}/event_date={{ day }}/events.parquet' (
            format parquet,
            compression zstd,
            row_group_size 61440,
            use_tmp_file true
        )
    {% endcall %}
{% endmacro %}


{# The days that have a file, as YYYY-MM-DD. #}
{% macro written_event_days() %}
    {% set found = run_query(
        "select distinct regexp_extract(file, 'event_date=([^/]+)', 1) as day from glob('"
        ~ events_folder() ~ "/event_date=*/*.parquet') order by day"
    ) %}
    {{ return(found.columns[0].values() | reject('equalto', 'none') | list) }}
{% endmacro %}
