{# The condition that an event came in a batch that this run is the first to see; where the run
   starts anew, that is every event. `batch_id` names the column. #}
{% macro is_in_new_batch(batch_id) %}
    {%- set batches = ref('meter_event_batches') -%}
    {{- return(is_in_found_batch(
        batch_id,
        'select batch_id from ' ~ batches ~ ' where run_number = ' ~ metering_run_number()
    )) -}}
{% endmacro %}


{# The condition that an event came in a batch of which this run looks at an event again; where the
   run starts anew, that is every event. #}
{% macro is_in_repeated_batch(batch_id) %}
    {%- set places = ref('meter_event_repeat_places') -%}
    {%- set batches = ref('meter_event_batches') -%}
    {{- return(is_in_found_batch(
        batch_id,
        'select batch_id from ' ~ batches ~ ' where batch_key in (select batch_key from '
        ~ places ~ ')'
    )) -}}
{% endmacro %}


{# The condition that an event came in a batch of which the run before this one did not know when
   it was received; where none ran, that is every event. It is asked before a run knows whether it
   starts anew. #}
{% macro is_in_unknown_batch(batch_id) %}
    {%- set batches = ref('stg_landed_rows') -%}
    {%- set former = former_relation('meter_event_batches') -%}
    {%- if former is none -%}
        {{- return('true') -}}
    {%- endif -%}
    {{- return(is_in_batch_of(
        batch_id,
        'select batch_id from (select batch_id, row_count from ' ~ batches
        ~ " where stream = 'meter_events' except select batch_id, landed_count from "
        ~ former ~ ') as unknown_batches'
    )) -}}
{% endmacro %}


{# The condition that an event came in one of the batches that a query finds; where the run starts
   anew, that is every event, and the query is not asked. #}
{% macro is_in_found_batch(batch_id, query) %}
    {%- if metering_starts_anew() -%}
        {{- return('true') -}}
    {%- endif -%}
    {{- return(is_in_batch_of(batch_id, query)) -}}
{% endmacro %}


{# The condition that an event came in one of the batches that a query finds. They stand as
   literals, so that the files of all others are not read; a run that finds very many reads most of
   the lake anyway. #}
{% macro is_in_batch_of(batch_id, query) %}
    {%- set found = run_query(
        query ~ ' order by batch_id limit 1001'
    ).columns[0].values() | list -%}
    {%- if not found -%}
        {{- return('false') -}}
    {%- elif found | length > 1000 -%}
        {{- return(batch_id ~ ' in (' ~ query ~ ')') -}}
    {%- endif -%}
    {{- return(in_list(batch_id, found)) -}}
{% endmacro %}
