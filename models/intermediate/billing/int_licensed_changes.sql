{#- Each change of a licensed item within a period: another price or quantity, another end, a
    new anchor, interval or trial that cuts the period off, an item that joins or leaves, a pause.
    What a subscription that ends at once takes back, it takes back only where a version since then
    says so. `old_…` is what held before it, null where the item was not there; `new_…` what holds
    after it for what is left of the period, null where the item is gone or begins a period of its
    own. A change of nothing but the end counts from the earlier of the two ends (`from_at`),
    any other from when it is made. -#}
with

terms as (

    select
        terms.*,
        concat(
            subscription_item_id,
            ':',
            cast({{ unix_seconds('valid_from') }} as varchar)
        ) as terms_id
    from {{ ref('int_licensed_terms') }} as terms

),

lives as (

    select
        subscription_item_id,
        item_from,
        item_until,
        joins_late,
        leaves_early
    from {{ ref('int_item_lives') }}

),

-- The version that brings a change says how it is prorated; where something only ends, the one that
-- holds from then on.
behaviors as (

    select
        subscription_id,
        batch_id,
        batch_row,
        proration_behavior,
        valid_from,
        lead(valid_from) over (
            partition by subscription_id
            order by version_number
        ) as next_valid_from
    from {{ ref('int_subscription_versions') }}

),

ended_prorated as (

    {{ subscription_ends(ref('int_subscription_versions')) }}

),

free_until_anchor as (

    {{ free_until_anchor(ref('int_subscription_versions')) }}

),

paused as (

    select distinct
        subscription_id,
        valid_from as paused_at
    from {{ ref('int_subscription_versions') }}
    where status = 'paused'

),

compared as (

    select
        terms.*,
        lives.joins_late,
        lives.leaves_early
        or ended_prorated.subscription_id is not null
        or paused.subscription_id is not null as leaves_unused,
        lag(terms.terms_id) over item_order as before_id,
        lag(terms.valid_until) over item_order as before_until,
        lag(terms.price_id) over item_order as before_price_id,
        lag(terms.quantity) over item_order as before_quantity,
        lag(terms.ends_at) over item_order as before_ends_at,
        lag(terms.is_trial) over item_order as before_is_trial,
        lag(terms.anchor_at) over item_order as before_anchor_at,
        lag(terms.step_months) over item_order as before_step_months,
        lag(terms.step_seconds) over item_order as before_step_seconds,
        lead(terms.valid_from) over item_order as next_from
    from terms
    inner join lives
        on
            terms.subscription_item_id = lives.subscription_item_id
            and terms.valid_from >= lives.item_from
            and terms.valid_from < lives.item_until
    left join ended_prorated
        on
            terms.subscription_id = ended_prorated.subscription_id
            and terms.valid_until = ended_prorated.ends_at
    left join paused
        on
            terms.subscription_id = paused.subscription_id
            and terms.valid_until = paused.paused_at
    window item_order as (partition by terms.subscription_item_id order by terms.valid_from)

),

followed as (

    select
        compared.*,
        coalesce(before_until = valid_from, false) as follows,
        coalesce(
            before_until = valid_from
            and not is_trial
            and not before_is_trial
            and anchor_at = before_anchor_at
            and step_months = before_step_months
            and step_seconds = before_step_seconds,
            false
        ) as goes_on
    from compared

),

-- Terms that go on are one run: each run is billed by itself.
runs as (

    select
        followed.*,
        sum(case when goes_on then 0 else 1 end) over (
            partition by subscription_item_id
            order by valid_from
            rows between unbounded preceding and current row
        ) as run_number
    from followed

),

run_starts as (

    select
        subscription_item_id,
        run_number,
        min(valid_from) as run_from
    from runs
    group by
        subscription_item_id,
        run_number

),

events as (

    -- Other terms within a run of periods.
    select
        terms_id,
        run_number,
        before_id as old_id,
        terms_id as new_id,
        valid_from as changed_at,
        before_price_id = price_id and before_quantity = quantity as is_end_only,
        anchor_at,
        step_months,
        step_seconds,
        before_ends_at as old_ends_at,
        ends_at as new_ends_at
    from runs
    where
        goes_on
        and (
            before_price_id <> price_id
            or before_quantity <> quantity
            or before_ends_at is distinct from ends_at
        )

    union all

    -- A run that is cut off: the next one bills a period of its own.
    select
        terms_id,
        run_number - 1 as run_number,
        before_id as old_id,
        cast(null as varchar) as new_id,
        valid_from as changed_at,
        false as is_end_only,
        before_anchor_at as anchor_at,
        before_step_months as step_months,
        before_step_seconds as step_seconds,
        before_ends_at as old_ends_at,
        cast(null as timestamp) as new_ends_at
    from runs
    where follows and not goes_on and not before_is_trial

    union all

    -- An item that joins.
    select
        terms_id,
        run_number,
        cast(null as varchar) as old_id,
        terms_id as new_id,
        valid_from as changed_at,
        false as is_end_only,
        anchor_at,
        step_months,
        step_seconds,
        cast(null as timestamp) as old_ends_at,
        ends_at as new_ends_at
    from runs
    where not follows and not is_trial and joins_late

    union all

    -- An item that leaves, by itself or with all others.
    select
        terms_id,
        run_number,
        terms_id as old_id,
        cast(null as varchar) as new_id,
        valid_until as changed_at,
        false as is_end_only,
        anchor_at,
        step_months,
        step_seconds,
        ends_at as old_ends_at,
        cast(null as timestamp) as new_ends_at
    from runs
    where
        coalesce(next_from > valid_until, true)
        and leaves_unused
        and not is_trial

),

numbered as (

    select
        events.*,
        {{ boundary_number_at('anchor_at', 'step_months', 'step_seconds', 'changed_at') }}
            as number
    from events

),

placed as (

    select
        numbered.*,
        {{ anchored_boundary('anchor_at', 'step_months', 'step_seconds', 'number') }}
            as full_start,
        {{ anchored_boundary('anchor_at', 'step_months', 'step_seconds', 'number + 1') }}
            as full_end
    from numbered

),

dated as (

    select
        placed.*,
        least(full_end, coalesce(old_ends_at, full_end)) as old_until,
        least(full_end, coalesce(new_ends_at, full_end)) as new_until
    from placed
    -- What changes when a period begins is in the line of that period.
    where changed_at > full_start and changed_at <= {{ as_of() }}

),

changes as (

    select
        dated.*,
        case
            when is_end_only then greatest(changed_at, least(old_until, new_until))
            else changed_at
        end as from_at
    from dated
    where not is_end_only or old_until <> new_until

)

select
    concat(
        terms.subscription_item_id,
        ':',
        cast({{ unix_seconds('changes.changed_at') }} as varchar)
    ) as change_id,
    concat(
        terms.subscription_item_id,
        ':',
        cast(changes.run_number as varchar),
        ':',
        cast({{ unix_seconds('changes.full_start') }} as varchar)
    ) as chain_id,
    terms.subscription_item_id,
    terms.subscription_id,
    terms.customer_id,
    terms.currency,
    terms.billing_mode,
    coalesce(
        case
            when changes.terms_id = changes.old_id then behaviors.proration_behavior
            else bringing.proration_behavior
        end,
        '{{ proration_behavior() }}'
    ) as proration_behavior,
    terms.item_position,
    changes.changed_at,
    changes.from_at,
    changes.full_start,
    changes.full_end,
    changes.old_until,
    changes.new_until,
    old_terms.price_id as old_price_id,
    old_terms.quantity as old_quantity,
    old_terms.batch_id as old_batch_id,
    old_terms.batch_row as old_batch_row,
    greatest(old_terms.valid_from, changes.full_start) as old_billed_at,
    run_starts.run_from,
    new_terms.price_id as new_price_id,
    new_terms.quantity as new_quantity,
    new_terms.batch_id as new_batch_id,
    new_terms.batch_row as new_batch_row,
    terms.livemode
from changes
inner join terms
    on changes.terms_id = terms.terms_id
inner join run_starts
    on
        terms.subscription_item_id = run_starts.subscription_item_id
        and changes.run_number = run_starts.run_number
left join terms as old_terms
    on changes.old_id = old_terms.terms_id
left join terms as new_terms
    on changes.new_id = new_terms.terms_id
left join behaviors
    on
        terms.subscription_id = behaviors.subscription_id
        and changes.changed_at >= behaviors.valid_from
        and (behaviors.next_valid_from is null or changes.changed_at < behaviors.next_valid_from)
left join behaviors as bringing
    on
        terms.batch_id = bringing.batch_id
        and terms.batch_row = bringing.batch_row
left join free_until_anchor
    on
        terms.subscription_id = free_until_anchor.subscription_id
        and changes.full_start < free_until_anchor.free_from
        and changes.full_end > free_until_anchor.free_from
where free_until_anchor.subscription_id is null
