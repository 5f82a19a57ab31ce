{# What keeps a draft from being right, in words: the value, what is allowed, what to do. #}
{% macro draft_invoice_error_message() -%}
    case error_code
        when 'amount_out_of_range'
            then case
                when unit_amount_decimal is null
                    then concat(
                        'Neither an amount of at most 14 digits nor a unit price in ''',
                        currency,
                        ''' is known. Land the invoice item with an amount.'
                    )
                else concat(
                    {{ quantity_text('quantity') }},
                    ' units at ',
                    {{ quantity_text('unit_amount_decimal') }},
                    ' minor units come to more than 14 digits. Correct the quantity or the price.'
                )
            end
        when 'price_currency_not_found'
            then concat(
                'Price ''', price_id, ''' has no amount in ''', currency,
                '''. Land the price with currency_options.', currency, '.'
            )
        when 'tier_not_found'
            then concat(
                'Price ''', price_id, ''' has no tier for ', {{ quantity_text('quantity') }},
                ' units: its last ends at ', {{ quantity_text('last_up_to') }},
                '. Land the price with a last tier up to inf.'
            )
        when 'price_not_found'
            then concat('No such price: ''', price_id, '''. Land the price.')
        when 'product_not_found'
            then concat(
                'Price ''', price_id, ''' is of product ''', missing_id,
                ''', which has not landed. Land the product; until then its lines show its id.'
            )
        when 'coupon_not_found'
            then concat('No such coupon: ''', missing_id, '''. Land the coupon.')
        when 'coupon_currency_not_found'
            then concat(
                'Coupon ''', missing_id, ''' takes an amount off in ',
                coalesce(concat('''', coupon_currency, ''''), 'no currency'),
                ', the draft is in ''', currency, '''. Give the discount of a coupon in ',
                currency, ', or of one with percent_off.'
            )
        when 'tax_rate_not_found'
            then concat('No such tax rate: ''', missing_id, '''. Land the tax rate.')
    end
{%- endmacro %}
