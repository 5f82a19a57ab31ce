{# Each line's metadata after its edits, as a JSON object: one row per line that has any key. #}
{% macro folded_line_metadata(lines, edits) %}
    select
        ranked.invoice_id,
        ranked.invoice_line_id,
        {{ json_object_of('ranked.member_key', 'ranked.member_value') }} as metadata_json
    from (
        select
            members.invoice_id,
            members.invoice_line_id,
            members.member_key,
            members.member_value,
            row_number() over (
                partition by members.invoice_id, members.invoice_line_id, members.member_key
                order by members.edit_order desc
            ) as member_rank
        from (
            {{ json_members(
                "(" ~ line_metadata_versions(lines, edits) ~ ") as versions",
                'metadata_json',
                ['invoice_id', 'invoice_line_id', 'edit_order', 'first_counting_order']
            ) }}
        ) as members
        where members.edit_order >= members.first_counting_order
    ) as ranked
    where
        ranked.member_rank = 1
        and ranked.member_value <> ''
    group by ranked.invoice_id, ranked.invoice_line_id
{% endmacro %}

{# Every state of a line's metadata that an edit sent, the line's own at order 0.
   `first_counting_order` is where counting starts: the last edit for a subscription line
   (replaced), the last metadata='' for an invoice item (all unset). #}
{% macro line_metadata_versions(lines, edits) %}
    select
        versions.invoice_id,
        versions.invoice_line_id,
        versions.edit_order,
        versions.metadata_json,
        max(
            case
                when versions.type = 'subscription' or versions.metadata_json = ''
                    then versions.edit_order
                else 0
            end
        ) over (
            partition by versions.invoice_id, versions.invoice_line_id
        ) as first_counting_order
    from (
        select
            lines.invoice_id,
            lines.invoice_line_id,
            lines.type,
            0 as edit_order,
            lines.metadata_json
        from {{ lines }} as lines

        union all

        select
            lines.invoice_id,
            lines.invoice_line_id,
            lines.type,
            edits.edit_order,
            edits.given_metadata_json as metadata_json
        from {{ edits }} as edits
        inner join {{ lines }} as lines
            on edits.edit_key = {{ edit_key('lines') }}
        where
            edits.given_metadata_json is not null
            and edits.is_effective
    ) as versions
{% endmacro %}
