{# Makes a folder whose parent exists; one that is there already stays as it is. DuckDB has no
   statement for this, but writing no rows in partitions makes the folder they would go to. #}
{% macro make_folder(folder) %}
    {% call statement('make_folder') %}
        copy (select 1 as nothing, 'none' as part limit 0)
        to '{{ folder }}' (format parquet, partition_by (part), overwrite_or_ignore true)
    {% endcall %}
{% endmacro %}
