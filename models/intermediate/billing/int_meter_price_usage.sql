{#- Apart from int_metered_quantities, so that previews read events only where there is a meter. -#}
with

periods as (

    select * from {{ ref('int_meter_price_periods') }}

),

meter_usage as (

    {{ meter_usage_over('periods') }}

)

select
    meter_usage.*,
    periods.customer_id
from periods
inner join meter_usage
    on periods.period_key = meter_usage.period_key
