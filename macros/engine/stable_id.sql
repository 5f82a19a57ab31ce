{# An id that is a function of what it names, so that cursors, notebooks and reconciliations survive
   a rebuild: the prefix and 24 hexadecimal digits of the hash of the parts. The parts are length-
   prefixed: ('a', 'bc') and ('ab', 'c') are different names, and so are NULL and ''. #}
{% macro stable_id(prefix, parts) -%}
    concat(
        '{{ prefix }}',
        substr(
            md5(concat(
            {%- for part in parts %}
                coalesce(
                    concat(cast(length(cast({{ part }} as varchar)) as varchar), ':',
                        cast({{ part }} as varchar)),
                    '-'
                ){{ "," if not loop.last }}
            {%- endfor %}
            )),
            1,
            24
        )
    )
{%- endmacro %}
