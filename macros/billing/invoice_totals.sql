{# Each draft's totals from its lines, in the shape of the mart draft_invoices.

   `invoices` is int_draft_invoices (with edited metadata), `lines` the mart's lines; `discounts`,
   `credits` and `taxes` are what discount_amounts, credit_amounts and tax_amounts gave for them;
   `customers` is stg_customers.
   subtotal is after the discounts of items and before those of the invoice; total is after every
   discount, credit and tax, and is the sum of the lines' totals. tax is null where no rate applies.
   The customer's balance is negative for a credit; it is applied after the total and the amount due
   is never below zero. An amount due in Ugandan shillings is a multiple of 100 minor units, since
   there is no smaller coin; what that leaves stays on the balance.
   Sources: Stripe's invoice object, customer balance and currencies pages. #}
{% macro invoice_totals(invoices, lines, discounts, credits, taxes, customers) %}
    select
        due.id,
        due.customer_id,
        due.subscription_id,
        due.status,
        due.billing_reason,
        due.currency,
        due.period_start,
        due.period_end,
        due.created_at,
        due.is_upcoming,
        due.subtotal,
        due.subtotal_excluding_tax,
        due.total,
        due.total_excluding_tax,
        due.tax,
        due.starting_balance,
        -- A draft's balance is settled when it is finalized; a preview says what would be left.
        cast(
            case when due.is_upcoming then due.exact_due - due.amount_due end as bigint
        ) as ending_balance,
        due.amount_due,
        due.line_count,
        due.total_discount_amounts_json,
        due.total_pretax_credit_amounts_json,
        due.total_tax_amounts_json,
        due.metadata_json,
        due.number,
        due.is_auto_advance as auto_advance,
        due.collection_method,
        due.livemode,
        {{ lookup_hash('due.id') }} as id_hash
    from (
        select
            totalled.*,
            totalled.total + totalled.starting_balance as exact_due,
            cast(
                case
                    when totalled.total + totalled.starting_balance <= 0 then 0
                    when totalled.currency = 'ugx'
                        then 100 * {{ divide_half_away(
                            'totalled.total + totalled.starting_balance', '100'
                        ) }}
                    else totalled.total + totalled.starting_balance
                end as bigint
            ) as amount_due
        from (
            {{ totalled_invoices(invoices, lines, discounts, credits, taxes, customers) }}
        ) as totalled
    ) as due
{% endmacro %}

{% macro totalled_invoices(invoices, lines, discounts, credits, taxes, customers) %}
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
        cast(
            coalesce(line_totals.amount - line_totals.item_discount_amount, 0) as bigint
        ) as subtotal,
        cast(coalesce(line_totals.subtotal_excluding_tax, 0) as bigint) as subtotal_excluding_tax,
        cast(coalesce(line_totals.total, 0) as bigint) as total,
        cast(coalesce(line_totals.total - line_totals.tax, 0) as bigint) as total_excluding_tax,
        case when tax_totals.invoice_id is not null then cast(line_totals.tax as bigint) end as tax,
        -- Only the next invoice meets the balance that the customer has now, in its own currency.
        cast(
            case
                when
                    (invoices.is_upcoming or invoices.subscription_id is null)
                    and coalesce(customers.currency, invoices.currency) = invoices.currency
                    then coalesce(customers.balance, 0)
                else 0
            end as bigint
        ) as starting_balance,
        cast(coalesce(line_totals.line_count, 0) as bigint) as line_count,
        coalesce(discount_totals.total_discount_amounts_json, '[]')
            as total_discount_amounts_json,
        {{ joined_json_arrays(
            'discount_totals.total_pretax_credit_amounts_json',
            'credit_totals.total_pretax_credit_amounts_json'
        ) }} as total_pretax_credit_amounts_json,
        coalesce(tax_totals.total_tax_amounts_json, '[]') as total_tax_amounts_json,
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
            sum(lines.item_discount_amount) as item_discount_amount,
            sum(lines.subtotal_excluding_tax) as subtotal_excluding_tax,
            sum(lines.inclusive_tax_amount + lines.exclusive_tax_amount) as tax,
            sum(lines.total) as total,
            count(*) as line_count
        from {{ lines }} as lines
        group by lines.invoice_id
    ) as line_totals
        on invoices.invoice_id = line_totals.invoice_id
    left join (
        {{ discounts_of_invoices(discounts) }}
    ) as discount_totals
        on invoices.invoice_id = discount_totals.invoice_id
    left join (
        {{ credits_of_invoices(credits) }}
    ) as credit_totals
        on invoices.invoice_id = credit_totals.invoice_id
    left join (
        {{ taxes_of_invoices(taxes) }}
    ) as tax_totals
        on invoices.invoice_id = tax_totals.invoice_id
    left join {{ customers }} as customers
        on invoices.customer_id = customers.customer_id
{% endmacro %}
