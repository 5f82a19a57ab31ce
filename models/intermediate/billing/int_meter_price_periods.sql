with

billed as (

    {{ metered_price_periods(ref('int_metered_periods'), ref('int_metered_spans')) }}

)

select
    line_source_id as period_key,
    meter_id,
    customer_id,
    used_from as period_start,
    used_until as period_end
from billed
where meter_id is not null
