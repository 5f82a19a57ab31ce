{# A lake without its empty files would fail in the middle of the run with DuckDB's own message;
   this says the next command instead. #}
{% macro require_lake() %}
    {% if execute and flags.WHICH in ('run', 'build', 'test') %}
        {% set lake = env_var('METERHOUSE_LAKE', 'data/lake') %}
        {% set files = lake ~ '/meter_events/*.parquet' %}
        {% set found = run_query("select count(*) from glob('" ~ files ~ "')") %}
        {% if found.columns[0].values()[0] == 0 %}
            {{ exceptions.raise_compiler_error(
                "No lake at '" ~ lake ~ "'. Run `meterhouse demo`, or `meterhouse land STREAM "
                ~ "FILE`, or set METERHOUSE_LAKE to a folder that holds one."
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}
