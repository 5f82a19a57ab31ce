{# credit_balances(customer, …): what a customer's credit grants are worth that are effective,
   neither expired nor voided: one row for each currency, in minor units. An unknown customer has
   none.

   at_time       whole seconds since 1970; null (default): the instant of the build
   credit_grant  only this grant
   price_type    only grants for this type of price
   prices        list of ids: only grants for one of these prices
   livemode      only grants of this mode; null (default): of both #}
{% macro create_credit_balances_function() %}
    {%- set at_instant = 'coalesce(at_time, ' ~ unix_seconds(as_of()) ~ ')' -%}
    create or replace macro main.credit_balances(
        customer,
        at_time := null,
        credit_grant := null,
        price_type := null,
        prices := null,
        livemode := null
    ) as table
    select
        grants.currency,
        cast(sum(cast({{ grant_text('amount.monetary.value') }} as bigint)) as bigint) as value
    from main.landed_objects as grants
    where
        grants.object = 'billing.credit_grant'
        and grants.customer_id = customer
        and (livemode is null or grants.livemode = livemode)
        and {{ grant_text('voided_at') }} is null
        and coalesce(cast({{ grant_text('effective_at') }} as bigint), 0) <= {{ at_instant }}
        and (
            {{ grant_text('expires_at') }} is null
            or cast({{ grant_text('expires_at') }} as bigint) > {{ at_instant }}
        )
        and (credit_grant is null or grants.id = credit_grant)
        and (
            price_type is null
            or {{ grant_text('applicability_config.scope.price_type') }} = price_type
        )
        and (
            prices is null
            or list_has_any({{ grant_text('applicability_config.scope.prices[*].id') }}, prices)
        )
    group by grants.currency
    order by grants.currency
{% endmacro %}

{% macro grant_text(path) %}
    {{- return(json_text('grants.object_json', path)) -}}
{% endmacro %}
