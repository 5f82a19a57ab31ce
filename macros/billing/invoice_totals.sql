{# Each draft's totals from its lines, in the shape of the mart draft_invoices. `invoices` is
   int_draft_invoices (with edited metadata), `lines` the mart's lines, `customers` stg_customers.
   The customer's balance is negative for a credit; it is applied after the total and the amount due is
   never below zero. Sources: Stripe's invoice object and customer balance pages. #}
{% macro invoice_totals(invoices, lines, customers) %}
    select
        totalled.id,
        totalled.customer_id,
        totalled.subscription_id,
        totalled.status,
        totalled.billing_reason,
        totalled.currency,
        totalled.period_start,
        totalled.period_end,
        totalled.created_at,
        totalled.is_upcoming,
        totalled.subtotal,
        totalled.subtotal as subtotal_excluding_tax,
        totalled.subtotal as total,
        totalled.subtotal as total_excluding_tax,
        cast(null as bigint) as tax,
        totalled.starting_balance,
        -- A draft's balance is settled when it is finalized; a preview says what would be left.
        cast(
            case
                when not totalled.is_upcoming then null
                when totalled.subtotal + totalled.starting_balance < 0
                    then totalled.subtotal + totalled.starting_balance
                else 0
            end as bigint
        ) as ending_balance,
        cast(
            case
                when totalled.subtotal + totalled.starting_balance > 0
                    then totalled.subtotal + totalled.starting_balance
                else 0
            end as bigint
        ) as amount_due,
        totalled.line_count,
        totalled.metadata_json,
        totalled.number,
        totalled.is_auto_advance as auto_advance,
        totalled.collection_method,
        totalled.livemode
    from (
        select
            invoices.invoice_id as id,
            invoices.customer_id,
            invoices.subscription_id,
            invoices.status,
            invoices.billing_reason,
            invoices.currency,
            invoices.period_start,
            invoices.period_end,
            invoices.created_at,
            invoices.is_upcoming,
            cast(coalesce(line_totals.amount, 0) as bigint) as subtotal,
            -- Only the next invoice meets the balance that the customer has now.
            cast(
                case
                    when invoices.is_upcoming or invoices.subscription_id is null
                        then coalesce(customers.balance, 0)
                    else 0
                end as bigint
            ) as starting_balance,
            cast(coalesce(line_totals.line_count, 0) as bigint) as line_count,
            invoices.metadata_json,
            invoices.number,
            invoices.is_auto_advance,
            invoices.collection_method,
            invoices.livemode
        from {{ invoices }} as invoices
        left join (
            select
                lines.invoice_id,
                sum(lines.amount) as amount,
                count(*) as line_count
            from {{ lines }} as lines
            group by lines.invoice_id
        ) as line_totals
            on invoices.invoice_id = line_totals.invoice_id
        left join {{ customers }} as customers
            on invoices.customer_id = customers.customer_id
    ) as totalled
{% endmacro %}
