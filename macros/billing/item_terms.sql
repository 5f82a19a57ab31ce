{# What says which discounts and tax rates an item has on a draft: the draft's version of the
   subscription, of all items that it lists (left_item_id is null); of each item that left since the
   draft before, the last version that listed it. `terms` has invoice_id, batch_id and batch_row;
   `left_item_terms`, in the shape of int_left_item_terms, may be left out.
   Source: DECISIONS.md, "An item that left". #}
{% macro item_terms(terms, left_item_terms=none) %}
    select
        terms.invoice_id,
        terms.batch_id,
        terms.batch_row,
        cast(null as varchar) as left_item_id
    from {{ terms }} as terms
    {%- if left_item_terms %}

    union all

    select
        left_items.invoice_id,
        left_items.batch_id,
        left_items.batch_row,
        left_items.subscription_item_id as left_item_id
    from {{ left_item_terms }} as left_items
    {%- endif %}
{% endmacro %}


{# The condition that joins item_terms to what versions say of their items. #}
{% macro is_said_of_item(item_terms, said) -%}
    {{ item_terms }}.batch_id = {{ said }}.batch_id
            and {{ item_terms }}.batch_row = {{ said }}.batch_row
            and (
                {{ item_terms }}.left_item_id is null
                or {{ item_terms }}.left_item_id = {{ said }}.subscription_item_id
            )
{%- endmacro %}
