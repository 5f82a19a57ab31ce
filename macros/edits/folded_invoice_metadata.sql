{# Each edited draft's metadata after its edits, as a JSON object: the keys of each call's
   invoice_metadata merged over the invoice's own, '' unsets a key, and an empty invoice_metadata
   unsets all. One row per invoice that has any key. #}
{% macro folded_invoice_metadata(invoices, live_edits) %}
    select
        ranked.invoice_id,
        {{ json_object_of('ranked.member_key', 'ranked.member_value') }} as metadata_json
    from (
        select
            members.invoice_id,
            members.member_key,
            members.member_value,
            row_number() over (
                partition by members.invoice_id, members.member_key
                order by members.edit_order desc
            ) as member_rank
        from (
            {{ json_members(
                "(" ~ invoice_metadata_versions(invoices, live_edits) ~ ") as versions",
                'metadata_json',
                ['invoice_id', 'edit_order', 'first_counting_order']
            ) }}
        ) as members
        where members.edit_order >= members.first_counting_order
    ) as ranked
    where
        ranked.member_rank = 1
        and ranked.member_value <> ''
    group by ranked.invoice_id
{% endmacro %}

{% macro invoice_metadata_versions(invoices, live_edits) %}
    select
        versions.invoice_id,
        versions.edit_order,
        versions.metadata_json,
        max(case when versions.metadata_json = '' then versions.edit_order else 0 end) over (
            partition by versions.invoice_id
        ) as first_counting_order
    from (
        select
            invoices.invoice_id,
            0 as edit_order,
            invoices.metadata_json
        from {{ invoices }} as invoices
        where invoices.metadata_json <> '{}'

        union all

        select
            edits.invoice_id,
            edits.edit_order,
            edits.invoice_metadata_json as metadata_json
        from {{ live_edits }} as edits
        where edits.invoice_metadata_json is not null
    ) as versions
{% endmacro %}
