{# invoice_lines(invoice): the lines of a draft computed here or of an invoice that landed, in the
   order in which the invoice shows them; an unknown invoice is refused. Edits that no build has
   seen are not in it.

   upcoming_invoice_lines(customer, subscription): the lines of the next invoice of a customer or of
   a subscription, one of them or both given by name. Without an upcoming invoice there are none.

   Amounts are in minor units, periods [start, end). #}
{% macro create_invoice_lines_functions() %}
    create or replace macro main.invoice_lines(invoice) as table
    select {{ invoice_line_columns() }}
    from intermediate.lines_of_draft(invoice) as lines
    inner join intermediate.draft_named(invoice) as drafts
        on lines.invoice_id = drafts.id
    where not drafts.is_upcoming
    union all
    {{ billed_invoice_lines() }}
    union all
    select {{ invoice_line_columns() }}
    from main.draft_invoice_lines as lines
    right join range(1) as refused
        on false
    where {{ is_refused(
        'invoice',
        'invoice',
        'select 1 from intermediate.draft_named(invoice) as known where not known.is_upcoming'
        ~ ' union all select 1 from main.landed_objects as known'
        ~ " where known.object = 'invoice' and known.id_hash = " ~ lookup_hash('invoice')
        ~ ' and known.id = invoice'
    ) }}
    order by line_position;

    -- The next invoice to be raised for whom or what is named; what is null is not asked for.
    create or replace macro intermediate.next_invoice(
        wanted_customer, wanted_subscription, wanted_currency, wanted_livemode
    ) as table
    select
        drafts.invoice_id as id,
        drafts.subscription_id,
        drafts.period_start,
        drafts.period_end
    from intermediate.int_listed_invoices as drafts
    where
        drafts.is_upcoming
        and (
            wanted_customer is null
            or (
                drafts.customer_id_hash = {{ lookup_hash('wanted_customer') }}
                and drafts.customer_id = wanted_customer
            )
        )
        and (
            wanted_subscription is null
            or (
                drafts.subscription_id_hash = {{ lookup_hash('wanted_subscription') }}
                and drafts.subscription_id = wanted_subscription
            )
        )
        and (wanted_currency is null or drafts.currency = wanted_currency)
        and (wanted_livemode is null or drafts.livemode = wanted_livemode)
    order by drafts.period_end, drafts.invoice_id
    limit 1;

    create or replace macro main.upcoming_invoice_lines(
        customer := null, subscription := null
    ) as table
    select
        concat('il_tmp_', substr(lines.id, 4)) as id,
        {{ invoice_line_columns().replace('lines.id,', '', 1) }}
    from main.draft_invoice_lines as lines
    inner join intermediate.next_invoice(customer, subscription, null, null) as next_invoice
        on
            lines.invoice_id_hash = {{ lookup_hash('next_invoice.id') }}
            and lines.invoice_id = next_invoice.id
    inner join range(
        case
            when customer is null and subscription is null
                then cast(error(
                    'Give one of customer and subscription: '
                    'upcoming_invoice_lines(customer := ''cus_…'').'
                ) as bigint)
            else 1
        end
    ) as given
        on true
    order by lines.line_position
{% endmacro %}

{% macro invoice_line_columns() -%}
    lines.id,
    lines.invoice_id,
    lines.line_position,
    lines.type,
    lines.description,
    lines.quantity,
    lines.unit_amount_decimal,
    lines.amount,
    lines.currency,
    lines.period_start,
    lines.period_end,
    lines.proration,
    lines.price_id,
    lines.subscription_id,
    lines.subscription_item_id,
    lines.invoice_item_id,
    lines.livemode
{%- endmacro %}

{# The lines within an invoice that landed: they are rows of no mart. #}
{% macro billed_invoice_lines() %}
    {%- set line = 'billed.line_json' -%}
    select
        {{ json_text(line, 'id') }} as id,
        billed.id as invoice_id,
        cast(billed.line_position as integer) as line_position,
        {{ json_text(line, 'type') }} as type,
        {{ json_text(line, 'description') }} as description,
        cast({{ json_text(line, 'quantity') }} as {{ quantity_type() }}) as quantity,
        cast(coalesce(
            {{ json_text(line, 'price.unit_amount_decimal') }},
            {{ json_text(line, 'pricing.unit_amount_decimal') }}
        ) as {{ quantity_type() }}) as unit_amount_decimal,
        cast({{ json_text(line, 'amount') }} as bigint) as amount,
        {{ json_text(line, 'currency') }} as currency,
        {{ from_unix_seconds(json_text(line, 'period.start')) }} as period_start,
        {{ from_unix_seconds(json_text(line, 'period.end')) }} as period_end,
        coalesce({{ json_text(line, 'proration') }} = 'true', false) as proration,
        coalesce(
            {{ json_text(line, 'price.id') }},
            {{ json_text(line, 'pricing.price_details.price') }}
        ) as price_id,
        {{ json_text(line, 'subscription') }} as subscription_id,
        {{ json_text(line, 'subscription_item') }} as subscription_item_id,
        {{ json_text(line, 'invoice_item') }} as invoice_item_id,
        billed.livemode
    from (
        select
            landed.id,
            landed.livemode,
            generate_subscripts(
                json_extract(landed.object_json, '$.lines.data[*]'), 1
            ) as line_position,
            unnest(json_extract(landed.object_json, '$.lines.data[*]')) as line_json
        from main.landed_objects as landed
        where
            landed.object = 'invoice'
            and landed.id_hash = {{ lookup_hash('invoice') }}
            and landed.id = invoice
            and not exists (select 1 from intermediate.draft_named(invoice))
    ) as billed
{%- endmacro %}
