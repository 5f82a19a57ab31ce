{# The events of a relation shaped like stg_meter_events, with the one error code that keeps each
   from counting, or null. The codes are Stripe's asynchronous ones, tested in this order; an event
   has at most one. Events of retracted batches are left out.
   `condition` picks events by the relation's own columns, as `events.…`.
 Of Stripe's codes three are not raised here: `timestamp_in_future` and `timestamp_too_far_in_past`
   are refused at landing, where --backfill may lift them, and for
   `meter_event_dimension_count_too_high` there is no limit to exceed. A value that is added up fits
   sums (see fits_sums) and has at most 12 places. #}
{% macro judged_meter_events(events, condition='true') %}
    select
        parsed.*,
        -- equal numbers are one value, however they were written
        case
            when parsed.formula = 'unique_count'
                then coalesce(cast(parsed.value as varchar), parsed.value_text)
        end as unique_value,
        case
            when parsed.meter_key is null then 'no_meter'
            when parsed.is_archived then 'archived_meter'
            when coalesce(parsed.customer_id, '') = '' then 'meter_event_no_customer_defined'
            when parsed.customer_key is null then 'meter_event_customer_not_found'
            when parsed.formula = 'count' then parsed.dimension_error_code
            when parsed.landed_value is null and coalesce(parsed.value_text, '') = ''
                then 'meter_event_value_not_found'
            when parsed.formula = 'unique_count' then parsed.dimension_error_code
            when parsed.value is null and not {{ is_decimal_text('parsed.value_text') }}
                then 'meter_event_invalid_value'
            when parsed.value is null or not {{ fits_sums('parsed.value') }}
                then 'meter_event_value_too_many_digits'
            else parsed.dimension_error_code
        end as error_code
    from (
        select
            routed.*,
            batches.batch_key,
            customer_keys.customer_key,
            case
                when routed.value_text is null then routed.landed_value
                when {{ is_quantity_text('routed.written_value') }}
                    then cast(routed.written_value as {{ quantity_type() }})
            end as value,
            case
                when
                    routed.dimension_payload_keys is not null
                    and not {{ has_dimensions('routed.meter_key') }}
                    then 'missing_dimension_payload_keys'
            end as dimension_error_code
        from (
            select
                found.*,
                -- what is told apart may be a text that only looks like an exponent: 0e1, 0e2
                case
                    when found.formula = 'unique_count' then found.value_text
                    else {{ plain_decimal_text('found.value_text') }}
                end as written_value
            from (
                {{ routed_meter_events(events, condition) }}
            ) as found
        ) as routed
        inner join {{ ref('meter_event_batches') }} as batches
            on routed.batch_id = batches.batch_id and not batches.is_retracted
        left join {{ ref('customer_keys') }} as customer_keys
            on routed.customer_id = customer_keys.customer_id
    ) as parsed
{% endmacro %}


{# The same without duplicates and without what was retracted by identifier: those are not judged.
   #}
{% macro classified_meter_events(events, condition='true') %}
    select judged.*
    from (
        {{ judged_meter_events(events, condition) }}
    ) as judged
    left join {{ ref('meter_event_exclusions') }} as exclusions
        on
            judged.batch_key = exclusions.batch_key
            and judged.batch_row = exclusions.batch_row
    where exclusions.batch_row is null
{% endmacro %}
