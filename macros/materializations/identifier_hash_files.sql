{# Writes a model's rows as one narrow Parquet file a run, {METERHOUSE_BUILD}/events/
   identifier_hashes/<run>.parquet, and leaves a view over the files of all runs. A run writes the
   rows of the batches that it is the first to see, or of all batches where it starts anew.

   As with event_files nothing is written into a file that is there: where a run starts anew, the
   files of earlier runs are replaced by empty ones, by a rename. Hashes do not compress. #}
{% materialization identifier_hash_files, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set written = identifier_hash_file(metering_run_number()) -%}

    {{ run_hooks(pre_hooks) }}

    {% if last_run_of(this.identifier) < metering_run_number() %}
        {% do make_folder(events_folder()) %}
        {% do make_folder(identifier_hashes_folder()) %}
        {% if is_in_new_batch('batch_id') != 'false' %}
            {% do write_hashes(sql, written) %}
        {% endif %}
        {% if metering_starts_anew() %}
            {% for file in written_identifier_hash_files() if file != written %}
                {% do write_hashes('select * from (' ~ sql ~ ') as hashes where false', file) %}
            {% endfor %}
        {% endif %}
        {% do note_run_of(this.identifier) %}
    {% endif %}

    {% call statement('main') %}
        create or replace view {{ target_relation }} as
        select
            *,
            filename as hash_file
        from read_parquet(
            '{{ identifier_hashes_folder() }}/*.parquet', hive_partitioning = false
        )
    {% endcall %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% macro write_hashes(rows, file) %}
    {%- call statement('identifier_hash_file') -%}
        copy ({{ rows }})
        to '{{ file }}' (
            format parquet, parquet_version v2, compression uncompressed, use_tmp_file true
        )
    {%- endcall -%}
{% endmacro %}


{% macro identifier_hashes_folder() %}
    {{- return(events_folder() ~ '/identifier_hashes') -}}
{% endmacro %}


{# The file of one run, as it stands in an SQL literal. #}
{% macro identifier_hash_file(run_number) %}
    {{- return(identifier_hashes_folder() ~ '/' ~ '%06d' | format(run_number) ~ '.parquet') -}}
{% endmacro %}


{% macro written_identifier_hash_files() %}
    {{- return(written_files('identifier_hashes/*.parquet')) -}}
{% endmacro %}


{# How many landed events the hashes speak of; 0 where there are none. #}
{% macro count_of_identifier_hashes() %}
    {{- return(count_of_written_rows('identifier_hashes/*.parquet')) -}}
{% endmacro %}


{# The condition that a hash is of an event that this run is the first to see. #}
{% macro is_new_hash(hash_file) %}
    {{- return(in_list(hash_file, [identifier_hash_file(metering_run_number())])) -}}
{% endmacro %}
