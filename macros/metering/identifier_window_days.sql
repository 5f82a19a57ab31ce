{# An event is a duplicate when another with its identifier was received at most this many days
   before it, whether or not that one counted itself. Only the nearest earlier receipt matters, so
   what lands late can change nothing that was received further away than this. #}
{% macro identifier_window_days() -%}
    {{ var('meter_event_identifier_window_days', 35) }}
{%- endmacro %}
