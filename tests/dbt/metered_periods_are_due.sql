-- A metered period that ends where its subscription invoices is on that invoice, with what was used
-- in it; less than nothing is billed as nothing. Items of a meter that left within a period have a
-- rule of their own.
select
    quantities.line_source_id,
    quantities.used_quantity,
    sources.quantity
from {{ ref('int_metered_quantities') }} as quantities
inner join {{ ref('int_invoice_boundaries') }} as boundaries
    on
        quantities.subscription_id = boundaries.subscription_id
        and quantities.boundary_at = boundaries.boundary_at
left join {{ ref('int_invoice_line_sources') }} as sources
    on quantities.line_source_id = sources.line_source_id
left join {{ ref('int_item_periods') }} as periods
    on
        quantities.subscription_item_id = periods.subscription_item_id
        and quantities.boundary_at = periods.period_end
        and periods.ends_within
where
    (
        sources.line_source_id is null
        and not (quantities.quantity_source = 'meter' and periods.subscription_item_id is not null)
    )
    or sources.quantity <> greatest(quantities.used_quantity, 0)
