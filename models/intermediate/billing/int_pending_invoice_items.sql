{#- An invoice item is pending until something bills it: it names no invoice, and the last edit that
    touched it did not put it on a draft or delete it. -#}
with

invoice_items as (

    select *
    from {{ ref('stg_invoice_items') }}
    where not is_deleted

),

live_edits as (

    select * from {{ ref('int_live_invoice_line_edits') }}

),

-- Which invoice item stands behind a draft's line, so that removing the line frees the item.
line_items as (

    select
        invoice_line_id,
        invoice_item_id
    from {{ ref('stg_billed_invoice_lines') }}
    where invoice_item_id is not null

    union all

    select
        invoice_line_id,
        given_invoice_item_id as invoice_item_id
    from live_edits
    where operation = 'add' and given_invoice_item_id is not null

),

moves as (

    select
        given_invoice_item_id as invoice_item_id,
        cast('attached' as varchar) as state,
        received_at,
        edit_order
    from live_edits
    where operation = 'add' and given_invoice_item_id is not null

    union all

    select
        line_items.invoice_item_id,
        case live_edits.behavior when 'unassign' then 'pending' else 'deleted' end as state,
        live_edits.received_at,
        live_edits.edit_order
    from live_edits
    inner join line_items
        on live_edits.invoice_line_id = line_items.invoice_line_id
    where live_edits.operation = 'remove'

),

ranked as (

    select
        invoice_item_id,
        state,
        row_number() over (
            partition by invoice_item_id
            order by received_at desc, edit_order desc
        ) as move_rank
    from moves

)

select invoice_items.*
from invoice_items
left join ranked
    on
        invoice_items.invoice_item_id = ranked.invoice_item_id
        and ranked.move_rank = 1
where coalesce(
    ranked.state, case when invoice_items.invoice_id is null then 'pending' else 'attached' end
) = 'pending'
