{# The rows of one stream in the shape of landed_objects. `columns` maps a column that lists filter
   by to where the stream has it; the others are null. #}
{% macro object_rows(object, model, id, columns={}) %}
    select
        cast('{{ object }}' as varchar) as object,
        {{ id }} as id,
        created_at,
        {{ columns.get('customer_id', 'cast(null as varchar)') }} as customer_id,
        {{ columns.get('subscription_id', 'cast(null as varchar)') }} as subscription_id,
        {{ columns.get('product_id', 'cast(null as varchar)') }} as product_id,
        {{ columns.get('invoice_id', 'cast(null as varchar)') }} as invoice_id,
        {{ columns.get('meter_id', 'cast(null as varchar)') }} as meter_id,
        {{ columns.get('currency', 'cast(null as varchar)') }} as currency,
        {{ columns.get('type', 'cast(null as varchar)') }} as type,
        {{ columns.get('status', 'cast(null as varchar)') }} as status,
        {{ columns.get('is_active', 'cast(null as boolean)') }} as is_active,
        livemode,
        object_json,
        {{ lookup_hash(id) }} as id_hash
    from {{ model }}
    where not is_deleted
{% endmacro %}
