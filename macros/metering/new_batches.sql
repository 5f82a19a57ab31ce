{# The condition that an event came in a batch that this run is the first to see; where the run starts
   anew, that is every event. `batch_id` names the column. #}
{% macro is_in_new_batch(batch_id) %}
    {%- set batches = ref('meter_event_batches') -%}
    {%- if metering_starts_anew() -%}
        {{- return('true') -}}
    {%- endif -%}
    {{- return(
        batch_id ~ ' in (select batch_id from ' ~ batches ~ ' where run_number = '
        ~ metering_run_number() ~ ')'
    ) -}}
{% endmacro %}
