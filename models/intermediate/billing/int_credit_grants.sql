{{ ordered_credit_grants(ref('stg_credit_grants'), ref('int_credit_grant_prices')) }}
