{# The current version of each object of a stream: one row per id, the latest by (effective_at,
   observed_at, content hash), never by landing order. A deletion says only that the object is gone,
   so the row keeps what was last known of it and `is_deleted` says whether it is gone now. #}
{% macro current_version(relation) %}
    select
        ranked.*,
        ranked.latest_is_deleted as is_deleted_now
    from (
        select
            versions.*,
            row_number() over (
                partition by versions.id
                order by
                    versions.is_deleted asc,
                    versions.effective_at desc,
                    versions.observed_at desc,
                    versions.content_hash desc
            ) as version_rank,
            first_value(versions.is_deleted) over (
                partition by versions.id
                order by
                    versions.effective_at desc,
                    versions.observed_at desc,
                    versions.content_hash desc
                rows between unbounded preceding and unbounded following
            ) as latest_is_deleted
        from {{ relation }} as versions
    ) as ranked
    where ranked.version_rank = 1
{% endmacro %}
