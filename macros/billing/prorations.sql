{# What a change of a licensed item within a period that is already billed credits and debits.

   `changes` has one row per change: change_id, chain_id (the item, its run of terms that go on, and
   the period), changed_at (when it was made), from_at (from when it counts), period_seconds (the
   length of the whole period), is_prorated (false: proration_behavior none), billing_mode, and
   - what the item cost before, for a whole period: old_amount, exact, null where it was not there;
     old_until is how long it was paid for;
   - what it costs from then on: new_amount, null where it is gone; new_until is until when;
   - what was billed for it when the period began: billed_amount, whole, null where nothing was,
     for the time from billed_from to billed_until.
   Amounts have the discounts in them already.
   Gives one row per credit and debit of a change, each with `part`, credit_number,
   exact_amount_decimal (twelve places, the rest cut off), amount (bigint) and its period:
   unused_time, a credit, and remaining_time, the debit, from from_at to new_until. They round
   apart, half away from zero. Only credits are numbered beyond 1, by the time that they give back.

   classic gives one credit, of what the item cost just before, from from_at to old_until. flexible
   gives back what was really debited for that time, each debit by itself: that of an earlier change
   or what the period's invoice billed, as far as no change since then gave it back. Usage is never
   prorated. Source: Stripe's prorations page (a third of 2000 back to 1000, of which only 1000 was
   billed: -667 and 333 in classic, -333 and 333 in flexible); DECISIONS.md, "Prorations". #}
{% macro prorations(changes) %}
    with

    debited as (

        {{ debited_changes(changes) }}

    ),

    -- A change that counts from when it is made gives back all of what was debited for the time
    -- from then on. One of the end alone leaves the time up to the end as it was paid for.
    placed as (

        select
            debited.*,
            row_number() over in_chain as place,
            case when from_at > changed_at then 1 else 0 end as is_end_moved,
            sum(case when from_at > changed_at then 0 else 1 end) over in_chain as cut_number
        from debited
        window
            in_chain as (
                partition by chain_id
                order by changed_at, change_id
                rows between unbounded preceding and current row
            )

    ),

    debits as (

        select
            chain_id,
            0 as place,
            0 as cut_number,
            billed_amount as debited_amount,
            billed_from as paid_from,
            billed_until as paid_until
        from placed
        where place = 1 and billed_amount is not null

        union all

        select
            chain_id,
            place,
            cut_number,
            {{ round_to_minor_units('exact_debit') }} as debited_amount,
            from_at as paid_from,
            new_until as paid_until
        from placed
        where exact_debit is not null

    ),

    credited as (

        select
            change_id,
            old_amount as credited_amount,
            period_seconds as credited_seconds,
            from_at as credited_from,
            old_until as credited_until
        from placed
        where billing_mode <> 'flexible' and old_amount is not null

        union all

        select
            placed.change_id,
            debits.debited_amount as credited_amount,
            {{ unix_seconds('debits.paid_until') }} - {{ unix_seconds('debits.paid_from') }}
                as credited_seconds,
            greatest(placed.from_at, debits.paid_from) as credited_from,
            least(
                placed.old_until,
                debits.paid_until,
                coalesce(min(between_them.from_at), placed.old_until)
            ) as credited_until
        from placed
        inner join debits
            on
                placed.chain_id = debits.chain_id
                and placed.place > debits.place
                and placed.cut_number = debits.cut_number + 1 - placed.is_end_moved
        left join placed as between_them
            on
                placed.chain_id = between_them.chain_id
                and debits.cut_number = between_them.cut_number
                and debits.place < between_them.place
                and placed.place > between_them.place
        where placed.billing_mode = 'flexible' and placed.old_until is not null
        group by
            placed.change_id,
            placed.from_at,
            placed.old_until,
            debits.place,
            debits.debited_amount,
            debits.paid_from,
            debits.paid_until

    ),

    parted as (

        select
            change_id,
            cast('unused_time' as varchar) as part,
            row_number() over (
                partition by change_id
                order by credited_from
            ) as credit_number,
            cast(
                -1 * {{ prorated_amount(
                    'credited_amount',
                    unix_seconds('credited_until') ~ ' - ' ~ unix_seconds('credited_from'),
                    'credited_seconds'
                ) }} as {{ exact_amount_type() }}
            ) as exact_amount_decimal,
            credited_from as period_start,
            credited_until as period_end
        from credited
        where credited_seconds > 0 and credited_from < credited_until

        union all

        select
            change_id,
            cast('remaining_time' as varchar) as part,
            1 as credit_number,
            exact_debit as exact_amount_decimal,
            from_at as period_start,
            new_until as period_end
        from debited
        where exact_debit is not null

    )

    select
        change_id,
        part,
        credit_number,
        exact_amount_decimal,
        {{ round_to_minor_units('exact_amount_decimal') }} as amount,
        period_start,
        period_end
    from parted
{% endmacro %}

{# Changes that prorate, with the exact debit of each: null where the item is gone, or paid up. #}
{% macro debited_changes(changes) %}
    select
        changes.*,
        case
            when changes.new_amount is not null and changes.from_at < changes.new_until
                then {{ prorated_amount(
                    'changes.new_amount',
                    unix_seconds('changes.new_until') ~ ' - ' ~ unix_seconds('changes.from_at'),
                    'changes.period_seconds'
                ) }}
        end as exact_debit
    from {{ changes }} as changes
    where changes.is_prorated
{% endmacro %}
