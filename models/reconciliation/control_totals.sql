{#- Reads accounts, the rollup and marts, never the events themselves: it is made in every run. -#}
with

controls as (

    select * from {{ ref('int_controls_of_landing') }}

    union all

    select * from {{ ref('int_controls_of_meter_summaries') }}

    union all

    select * from {{ ref('int_controls_of_billed_periods') }}

    union all

    select * from {{ ref('int_controls_of_drafts') }}

)

select
    cast(control as varchar) as control,
    cast(unit as varchar) as unit,
    stream,
    batch_id,
    day,
    customer_id,
    meter_id,
    currency,
    {{ total_that_fits('source_whole', 'source_fraction') }} as source_total,
    {{ total_that_fits('result_whole', 'result_fraction') }} as result_total,
    {{ total_that_fits(
        '(result_whole - source_whole)', '(result_fraction - source_fraction)'
    ) }} as difference,
    coalesce(
        {{ total_that_fits(
            '(result_whole - source_whole)', '(result_fraction - source_fraction)'
        ) }} = 0,
        false
    ) as is_balanced
from controls
