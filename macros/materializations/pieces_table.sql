{# A table whose rows are made piece by piece from the event files, `piece_rows` rows at a time,
   then once more for what cannot be taken in pieces (see this_piece and after_pieces). Each piece
   goes in sorted by the model's own order, as a night's rows do. #}
{% materialization pieces_table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks) }}

    {% call statement('main') %}
        create or replace table {{ target_relation }} as
        {{ sql_of_piece(sql, 'false') }}
    {% endcall %}

    {% for piece in event_pieces(config.get('piece_rows', 8000000)) %}
        {% call statement('piece') %}
            insert into {{ target_relation }}
            {{ sql_of_piece(sql, piece) }}
        {% endcall %}
    {% endfor %}

    {% call statement('after_pieces') %}
        insert into {{ target_relation }}
        {{ sql_after_pieces(sql) }}
    {% endcall %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# The build's event files in pieces. #}
{% macro event_pieces(rows) %}
    {{- return(
        pieces_of_files(
            events_folder() ~ '/event_month=*/*.parquet', rows,
            'events.event_file', 'events.event_file_row'
        )
    ) -}}
{% endmacro %}


{# The lake's meter event files in pieces. #}
{% macro landed_pieces(rows) %}
    {{- return(
        pieces_of_files(
            env_var('METERHOUSE_LAKE', 'data/lake') ~ '/meter_events/*.parquet', rows,
            'events.landed_file', 'events.landed_file_row'
        )
    ) -}}
{% endmacro %}
