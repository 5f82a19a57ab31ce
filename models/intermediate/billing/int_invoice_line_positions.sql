{#- Apart from the lines themselves, which are wide: putting them in order with all their
    columns costs several times as much. -#}
with lines as (

    select * from {{ ref('int_invoice_lines') }}

)

select
    lines.invoice_line_id,
    lines.customer_id,
    {{ line_position('lines') }} as line_position
from lines
where lines.exact_amount_decimal is not null
