{# What is wrong with an erroneous event, in words: the value, what is allowed, what to do. #}
{% macro meter_event_error_message() -%}
    case error_code
        when 'no_meter'
            then concat('No meter has the event name ''', event_name, '''. Land the meter.')
        when 'archived_meter'
            then concat('The meter of ''', event_name, ''' was inactive when the event came.')
        when 'meter_event_no_customer_defined'
            then concat('The payload names no customer: it lacks ''', customer_payload_key, '''.')
        when 'meter_event_customer_not_found'
            then concat('No such customer: ''', customer_id, '''. Land the customer.')
        when 'meter_event_value_not_found'
            then concat('The payload has no value: it lacks ''', value_payload_key, '''.')
        when 'meter_event_invalid_value'
            then concat(
                'The value under ''', value_payload_key, ''' is ''', value_text,
                ''', not a decimal number.'
            )
        when 'meter_event_value_too_many_digits'
            then concat(
                'The value ', coalesce(value_text, cast(landed_value as varchar)),
                ' has more than 15 digits before the point or 12 after it.'
            )
        when 'missing_dimension_payload_keys'
            then concat(
                'The payload lacks the dimension ''', {{ lacking_dimension('meter_key') }},
                ''' that the meter declares.'
            )
    end
{%- endmacro %}
