{# A table whose rows are made piece by piece from the event files, `piece_rows` rows at a time,
   then once more for what cannot be taken in pieces (see this_piece and after_pieces). Each piece
   goes in sorted by the model's own order.

   Where a run starts anew the table is made from all event files. Otherwise its rows in the dirty
   quarter-hours (see meter_dirty_quarter_hours) are removed, the run's own files are added, and
   what comes after the pieces makes the dirty quarter-hours again. #}
{% materialization pieces_table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set rows = config.get('piece_rows', 8000000) -%}

    {{ run_hooks(pre_hooks) }}

    {% if last_run_of(this.identifier) < metering_run_number() %}
        {% if metering_starts_anew() %}
            {% call statement('main') %}
                create or replace table {{ target_relation }}
                ({{ columns_of(sql_of_piece(sql, 'false')) }})
            {% endcall %}
        {% else %}
            {% call statement('main') %}
                delete from {{ target_relation }} as made
                using {{ ref('meter_dirty_quarter_hours') }} as dirty
                where
                    made.customer_key = dirty.customer_key
                    and made.meter_key = dirty.meter_key
                    and made.quarter_hour >= dirty.first_quarter_hour
                    and made.quarter_hour < dirty.end_quarter_hour
            {% endcall %}
        {% endif %}
        {% for piece in event_pieces(rows) %}
            {% call statement('piece') %}
                insert into {{ target_relation }}
                {{ sql_of_piece(sql, piece) }}
            {% endcall %}
        {% endfor %}
        {% call statement('after_pieces') %}
            insert into {{ target_relation }}
            {{ sql_after_pieces(sql) }}
        {% endcall %}
        {% do note_run_of(this.identifier) %}
    {% else %}
        {% call statement('main') %}
            select 1
        {% endcall %}
    {% endif %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# The columns of a query, as `create table` wants them. A table that is to be filled within the
   transaction that makes it is made by them: were it made by a query of no rows, DuckDB 2.0.0 would
   let the process that fills it in order with 122,880 rows or more read none of them until it opens
   the file anew. #}
{% macro columns_of(query) %}
    {%- set columns = [] -%}
    {%- for row in run_query('describe ' ~ query).rows -%}
        {%- do columns.append(adapter.quote(row[0]) ~ ' ' ~ row[1]) -%}
    {%- endfor -%}
    {{- return(columns | join(', ')) -}}
{% endmacro %}


{# The event files that this run wrote, in pieces. #}
{% macro event_pieces(rows) %}
    {%- set files = pairs_of(
        "select file_name, num_rows from parquet_file_metadata('" ~ events_folder()
        ~ "/event_month=*/*.parquet') where num_rows > 0 and "
        ~ is_in_new_file('file_name') ~ ' order by file_name'
    ) -%}
    {{- return(pieces_of_files(files, rows, 'events.event_file', 'events.event_file_row')) -}}
{% endmacro %}
