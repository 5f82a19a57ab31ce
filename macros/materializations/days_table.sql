{# The rollup of days, to which a run adds what it brought (see quarter_hours_to_add_up). Where a
   run starts anew the table is made anew; otherwise its rows in days in which a quarter-hour was
   made again are removed first. #}
{% materialization days_table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks) }}

    {% if last_run_of(this.identifier) == metering_run_number() %}
        {% call statement('main') %}
            select 1
        {% endcall %}
    {% elif metering_starts_anew() %}
        {% call statement('main') %}
            create or replace table {{ target_relation }} as
            {{ sql }}
        {% endcall %}
    {% else %}
        {% call statement('main') %}
            delete from {{ target_relation }} as made
            using ({{ dirty_days() }}) as dirty
            where
                made.customer_key = dirty.customer_key
                and made.meter_key = dirty.meter_key
                and made.utc_day = dirty.utc_day;
            insert into {{ target_relation }}
            {{ sql }}
        {% endcall %}
    {% endif %}
    {% do note_run_of(this.identifier) %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
