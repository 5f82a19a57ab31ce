{# A subscription line's text, as Stripe writes it (dossier: Stripe's invoices and its
   prorations page): `31 credit × Gitpod Usage (Tier 2 at $0.036 / month)`, `Gold (Tier 1 at
   $9.00 / month)` for a flat fee, `1 × Gold product (at $32.52 / month)`, `Trial period for
   Gold` and `5 × Gold (Free trial)` or, in flexible billing mode, `Free trial for 5 × Gold`.
   Takes the names of columns; `price_words` is the unit price as text. #}
{% macro line_description(
    part, tiers_mode, tier, quantity, unit_label, product_name, price_words,
    recurring_interval, recurring_interval_count, transform_divide_by, is_trial, usage_type,
    billing_mode
) -%}
    case
        when {{ is_trial }} and {{ billing_mode }} = 'flexible'
            then concat(
                'Free trial for ', {{ quantity_text(quantity) }}, ' × ', {{ product_name }}
            )
        when {{ is_trial }} and {{ usage_type }} = 'licensed'
            then concat('Trial period for ', {{ product_name }})
        else concat(
            case
                when {{ part }} = 'flat_fee' then ''
                else concat(
                    {{ quantity_text(quantity) }},
                    case
                        when {{ unit_label }} is null or {{ unit_label }} = '' then ''
                        else concat(' ', {{ unit_label }})
                    end,
                    ' × '
                )
            end,
            {{ product_name }},
            case
                when {{ is_trial }} then ' (Free trial)'
                else concat(
                    ' (',
                    case
                        when {{ tiers_mode }} = 'per_unit' then ''
                        else concat('Tier ', cast({{ tier }} as varchar), ' ')
                    end,
                    'at ',
                    {{ price_words }},
                    case
                        when {{ transform_divide_by }} is null then ''
                        else concat(' per ', cast({{ transform_divide_by }} as varchar))
                    end,
                    case
                        when {{ recurring_interval }} is null then ''
                        when {{ recurring_interval_count }} > 1
                            then concat(
                                ' every ',
                                cast({{ recurring_interval_count }} as varchar),
                                ' ',
                                {{ recurring_interval }},
                                's'
                            )
                        else concat(' / ', {{ recurring_interval }})
                    end,
                    ')'
                )
            end
        )
    end
{%- endmacro %}
