{# What a change of a licensed item within a period that is already billed credits and debits.

   `changes` has one row per change: change_id, chain_id (the item and its period), changed_at (when
   it was made), from_at (from when it counts), period_seconds (the length of the whole period),
   is_prorated (false: proration_behavior none), billing_mode, and
   - what the item cost before, for a whole period: old_amount, exact, null where it was not there;
     old_until is how long it was paid for;
   - what it costs from then on: new_amount, null where it is gone; new_until is until when;
   - what was billed for it when the period began: billed_amount, whole, null where nothing was,
     for the time from billed_from to billed_until.
   Amounts have the discounts in them already.
   Gives up to two rows per change, each with `part`, exact_amount_decimal (twelve places, the rest
   cut off), amount (bigint) and its period: unused_time, the credit, from from_at to old_until, and
   remaining_time, the debit, from from_at to new_until. They round apart, half away from zero.

   classic credits what the item cost just before; flexible what was really debited for it: its last
   debit or, where there was none in the period, what the period's invoice billed. Usage is never
   prorated. Source: Stripe's prorations page (a third of 2000 back to 1000, of which only 1000 was
   billed: -667 and 333 in classic, -333 and 333 in flexible); DECISIONS.md, "Prorations". #}
{% macro prorations(changes) %}
    select
        parted.change_id,
        parted.part,
        parted.exact_amount_decimal,
        {{ round_to_minor_units('parted.exact_amount_decimal') }} as amount,
        parted.period_start,
        parted.period_end
    from (
        select
            credited.change_id,
            cast('unused_time' as varchar) as part,
            cast(
                -1 * {{ prorated_amount(
                    'credited.credited_amount',
                    unix_seconds('credited.old_until') ~ ' - ' ~ unix_seconds('credited.from_at'),
                    'credited.credited_seconds'
                ) }} as {{ exact_amount_type() }}
            ) as exact_amount_decimal,
            credited.from_at as period_start,
            credited.old_until as period_end
        from ({{ credited_changes(changes) }}) as credited
        where
            credited.credited_amount is not null
            and credited.credited_seconds > 0
            and credited.from_at < credited.old_until

        union all

        select
            debited.change_id,
            cast('remaining_time' as varchar) as part,
            debited.exact_debit as exact_amount_decimal,
            debited.from_at as period_start,
            debited.new_until as period_end
        from ({{ debited_changes(changes) }}) as debited
        where debited.exact_debit is not null
    ) as parted
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

{# Changes that prorate, with what each credits from: an amount and the seconds that it paid for. #}
{% macro credited_changes(changes) %}
    select
        chained.change_id,
        chained.from_at,
        chained.old_until,
        case
            when chained.billing_mode <> 'flexible' then chained.old_amount
            when chained.last_change_id is null then chained.billed_amount
            else {{ round_to_minor_units('chained.last_exact_debit') }}
        end as credited_amount,
        case
            when chained.billing_mode <> 'flexible' then chained.period_seconds
            when chained.last_change_id is null
                then {{ unix_seconds('chained.billed_until') }}
                    - {{ unix_seconds('chained.billed_from') }}
            else {{ unix_seconds('chained.last_until') }} - {{ unix_seconds('chained.last_from') }}
        end as credited_seconds
    from (
        select
            debited.*,
            lag(debited.change_id) over in_chain as last_change_id,
            lag(debited.exact_debit) over in_chain as last_exact_debit,
            lag(debited.from_at) over in_chain as last_from,
            lag(debited.new_until) over in_chain as last_until
        from ({{ debited_changes(changes) }}) as debited
        window
            in_chain as (
                partition by debited.chain_id
                order by debited.changed_at, debited.change_id
            )
    ) as chained
{% endmacro %}
