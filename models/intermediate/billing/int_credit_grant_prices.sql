with

credit_grants as (

    select
        credit_grant_id,
        scope_prices
    from {{ ref('stg_credit_grants') }}

),

exploded as (

    {{ explode('credit_grants', 'scope_prices', ['credit_grant_id']) }}

)

select distinct
    credit_grant_id,
    element as price_id
from exploded
