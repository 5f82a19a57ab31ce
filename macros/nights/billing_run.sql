{# What a run does, and why (see billing_run). `former` is former_billing(). #}
{% macro billing_run(former) %}
    {%- if former is none %}
    {%- set is_first = former_relation('billing_run') is none %}
    select
        cast({{ next_billing_run() }} as integer) as run_number,
        {{ as_of() }} as as_of,
        metering.run_number as metering_run_number,
        cast(
            {%- if is_first %} 'nothing was there'
            {%- elif flags.FULL_REFRESH %} 'a full build was asked for'
            {%- else %} 'the run before this one did not finish'
            {%- endif %} as varchar
        ) as reason
    from {{ ref('metering_run') }} as metering
    {%- else %}
    with

    former_run as (

        select * from {{ former['billing_run'] }}

    ),

    changed_batches as (

        select count(*) as changes
        from {{ ref('built_batches') }}
        where is_changed

    ),

    finished as (

        select count(distinct progress.model) as models
        from {{ former['billing_progress'] }} as progress
        inner join former_run
            on progress.run_number = former_run.run_number
        where {{ in_list('progress.model', kept_models()) }}

    ),

    metering as (

        select
            run_number,
            reason is not null as is_anew
        from {{ ref('metering_run') }}

    )

    select
        cast(former_run.run_number + 1 as integer) as run_number,
        {{ as_of() }} as as_of,
        metering.run_number as metering_run_number,
        case
            when finished.models < {{ kept_models() | length }}
                then 'the run before this one did not finish'
            when changed_batches.changes > 0 then 'landed rows are gone'
            when former_run.as_of > {{ as_of() }}
                then 'as_of is earlier than that of the run before'
            when metering.run_number > former_run.metering_run_number + 1
                then 'metering ran without usage and billing'
            when metering.is_anew then 'metering was made anew'
        end as reason
    from former_run
    cross join changed_batches
    cross join finished
    cross join metering
    {%- endif %}
{% endmacro %}
