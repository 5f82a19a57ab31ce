{# The texts of a classified event that go through the sort of meter_events, as few and as short as
   they can be: a text costs a sort as much as several numbers. A refused event keeps nothing that
   could count, so its refusal takes the place of the first dimension; where no meter counts
   distinct values, there is no column for them. #}
{% macro carried_event_texts() %}
    {%- set dimensions = dimension_columns() -%}
    {%- if has_meters("formula = 'unique_count'") -%}
    case when error_code is null then unique_value end as unique_value,
    {% endif -%}
    {%- for dimension in dimensions[1:] -%}
    {{ dimension }},
    {% endfor -%}
    case
        when error_code is not null then {{ json_of_texts({
            'error_code': 'error_code',
            'error_message': meter_event_error_message(),
            'identifier': 'identifier',
            'event_name': 'event_name',
            'customer_id': 'customer_id',
            'livemode': "case when livemode then 'true' else 'false' end",
        }) }}
        {%- if dimensions %}
        else {{ dimensions[0] }}
        {%- endif %}
    end as dimension_or_refusal
{% endmacro %}


{# What each of them says, once sorted. A refused event has no meter. #}
{% macro carried_unique_value() -%}
    {{ 'unique_value' if has_meters("formula = 'unique_count'") else 'cast(null as varchar)' }}
{%- endmacro %}


{% macro carried_dimensions() -%}
    {{ dimensions_as_json('meter_key', ['dimension_or_refusal'] + dimension_columns()[1:]) }}
{%- endmacro %}


{% macro carried_refusal() -%}
    case when meter_key is null then dimension_or_refusal end
{%- endmacro %}
