with

exceptions as (

    select
        currency,
        digits
    from (
        values
        {% for currency in [
            'bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv',
            'xaf', 'xof', 'xpf'
        ] %}
            ('{{ currency }}', 0),
        {% endfor %}
        {% for currency in ['bhd', 'jod', 'kwd', 'omr', 'tnd'] %}
            ('{{ currency }}', 3){{ "," if not loop.last }}
        {% endfor %}
    ) as listed (currency, digits)

),

symbols as (

    select
        currency,
        symbol
    from (
        values
        ('usd', '$'),
        ('aud', 'A$'),
        ('brl', 'R$'),
        ('cad', 'CA$'),
        ('cny', 'CN¥'),
        ('eur', '€'),
        ('gbp', '£'),
        ('hkd', 'HK$'),
        ('ils', '₪'),
        ('inr', '₹'),
        ('jpy', '¥'),
        ('krw', '₩'),
        ('mxn', 'MX$'),
        ('nzd', 'NZ$'),
        ('php', '₱'),
        ('twd', 'NT$'),
        ('vnd', '₫'),
        ('xaf', 'FCFA'),
        ('xof', 'F CFA'),
        ('xpf', 'CFPF')
    ) as listed (currency, symbol)

),

-- A currency counts from the moment something is priced, held or billed in it.
used as (

    select currency from {{ ref('stg_price_currencies') }}
    union distinct
    select currency from {{ ref('stg_invoice_items') }}
    union distinct
    select currency from {{ ref('stg_billed_invoices') }}
    union distinct
    select currency from symbols
    union distinct
    select currency from exceptions

)

select
    used.currency,
    cast(coalesce(exceptions.digits, 2) as integer) as digits,
    coalesce(symbols.symbol, concat(upper(used.currency), ' ')) as symbol
from used
left join exceptions
    on used.currency = exceptions.currency
left join symbols
    on used.currency = symbols.currency
where used.currency is not null
