{#- Few lines are ever edited: only those are folded. -#}
with

edits as (

    select * from {{ ref('int_keyed_invoice_line_edits') }}

),

edit_keys as (

    select distinct edit_key
    from edits

),

edited as (

    select lines.*
    from {{ ref('int_invoice_lines_with_additions') }} as lines
    inner join edit_keys
        on {{ edit_key('lines') }} = edit_keys.edit_key

)

{{ fold_invoice_line_edits('edited', 'edits', ref('int_price_tiers')) }}
