{# The condition that an event came in a batch that this run is the first to see; where the run
   starts anew, that is every event. `batch_id` names the column. The batches stand as literals, so
   that the files of all others are not read; a run that sees very many reads most of the lake
   anyway. #}
{% macro is_in_new_batch(batch_id) %}
    {%- set batches = ref('meter_event_batches') -%}
    {%- if metering_starts_anew() -%}
        {{- return('true') -}}
    {%- endif -%}
    {%- set new = 'select batch_id from ' ~ batches ~ ' where run_number = '
        ~ metering_run_number() -%}
    {%- set found = run_query(new ~ ' order by batch_id limit 1001').columns[0].values() | list -%}
    {%- if not found -%}
        {{- return('false') -}}
    {%- elif found | length > 1000 -%}
        {{- return(batch_id ~ ' in (' ~ new ~ ')') -}}
    {%- endif -%}
    {{- return(in_list(batch_id, found)) -}}
{% endmacro %}
