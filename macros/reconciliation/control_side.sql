{# The sides of controls. A side has two parts, so that a total of quantities of 26 digits each does
   not overflow; control_totals puts them together where they fit. #}

{# One side that adds up quantities. What stands before the point of a large one is added up apart,
   and only of a large one: to cut every quantity there costs more than to add all of them up. #}
{% macro quantity_side(side, quantity) -%}
    {%- set is_large = '(' ~ quantity ~ ' not between -1000000000000000 and 1000000000000000)' -%}
    coalesce(sum(case when {{ is_large }} then floor({{ quantity }}) end), 0) as {{ side }}_whole,
    coalesce(
        sum(
            case when {{ is_large }} then {{ quantity }} - floor({{ quantity }})
                else {{ quantity }} end
        ),
        0
    ) as {{ side }}_fraction
{%- endmacro %}


{# One side that adds up counts or amounts, which are whole. #}
{% macro whole_side(side, number) -%}
    coalesce(sum({{ number }}), 0) as {{ side }}_whole,
    0 as {{ side }}_fraction
{%- endmacro %}


{# What the rows of a control are kept for: every column that control_totals has for it, null where
   it is not among `given` (names to expressions). #}
{% macro control_keys(given) -%}
    {%- set types = {
        'stream': 'varchar', 'batch_id': 'varchar', 'day': 'date', 'customer_id': 'varchar',
        'meter_id': 'varchar', 'currency': 'varchar'
    } -%}
    {%- for name, type in types.items() %}
    cast({{ given.get(name, 'null') }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{# One control from the relations of its two sides: a row for each combination of `keys` that
   either of them has; of a key that is null too. #}
{% macro control_of(control, unit, keys, source, result, stream='null') %}
    {%- set given = {'stream': stream} -%}
    {%- for key in keys -%}
        {%- do given.update({key: 'coalesce(source.' ~ key ~ ', result.' ~ key ~ ')'}) -%}
    {%- endfor -%}
    select
        '{{ control }}' as control,
        '{{ unit }}' as unit,
        {{ control_keys(given) }},
        coalesce(source.source_whole, 0) as source_whole,
        coalesce(source.source_fraction, 0) as source_fraction,
        coalesce(result.result_whole, 0) as result_whole,
        coalesce(result.result_fraction, 0) as result_fraction
    from {{ source }} as source
    full outer join {{ result }} as result
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}source.{{ key }} is not distinct from result.{{ key }}
            {%- endfor %}
{% endmacro %}


{# A total of its two parts as a quantity, NULL where it has more than 25 digits before the
   point. #}
{% macro total_that_fits(whole, fraction) -%}
    case
        when abs({{ whole }}) < cast('10000000000000000000000000' as decimal(38, 0))
            then cast({{ whole }} as {{ quantity_type() }})
            + cast({{ fraction }} as {{ quantity_type() }})
    end
{%- endmacro %}
