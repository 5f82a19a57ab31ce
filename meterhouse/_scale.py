"""A home of any size for trials and benchmarks: seeded, vectorised, the same rows every time.

Events arrive evenly through the day. Customers are heavy-tailed: the customer of rank r has a share
in proportion to 1/r. Of all events 1 % come up to three days late, 0.1 % up to thirty, 0.5 % are
sent twice within a day (some with another value), 0.01 % are cancelled an hour after their receipt
and 0.01 % name no meter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import duckdb
import pyarrow as pa

from foundation import Home, Stream, stream
from ingest import BatchMetadata, BatchWriter

__all__ = ["Scale", "write_scale_lake"]

METERS: Final = (
    ("mtr_tokens", "tokens", "sum", ["model"]),
    ("mtr_requests", "requests", "count", None),
    ("mtr_storage", "storage_gb", "last", None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much to make: `events` over `days` from `first_day` on, for `customers` customers."""

    events: int
    days: int = 31
    customers: int = 20_000
    first_day: date = date(2026, 3, 1)
    seed: int = 1

    @property
    def events_a_day(self) -> int:
        """How many events are received on each day."""
        return -(-self.events // self.days)


def write_scale_lake(home: Home, scale: Scale, days: range | None = None) -> Iterator[str]:
    """Land customers and meters, then one batch of events and one of cancellations a day.

    `days` picks received days by number, from 0; all of them when None. Yields the id of each batch
    once it has landed. A batch that is there already stays as it is.
    """
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    yield from _land(home, stream("customers"), scale, "objects", connection, _customers(scale))
    yield from _land(home, stream("meters"), scale, "objects", connection, _meters(scale))
    for day in days if days is not None else range(scale.days):
        name = f"{scale.first_day + timedelta(days=day):%Y%m%d}"
        for made, query in (
            (stream("meter_events"), _events(scale, day)),
            (stream("meter_event_adjustments"), _adjustments(scale, day)),
        ):
            yield from _land(home, made, scale, name, connection, query)


def _land(
    home: Home,
    made: Stream,
    scale: Scale,
    name: str,
    connection: duckdb.DuckDBPyConnection,
    query: str,
) -> Iterator[str]:
    content = f"{made.name} {name} {scale!r}"
    batch_id = f"scale-{name}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
    columns = [
        f"'{batch_id}' as batch_id" if column.name == "batch_id" else f'"{column.name}"'
        for column in made.all_columns
    ]
    reader = connection.sql(
        f"select {', '.join(columns)} from ({query}) as made order by batch_row"
    ).to_arrow_reader(1_000_000)
    rows = 0
    with BatchWriter(home, made, batch_id) as writer:
        for records in reader:
            table = pa.table(
                [
                    column.cast(field.type)
                    for column, field in zip(records.columns, made.schema, strict=True)
                ],
                schema=made.schema,
            )
            rows += table.num_rows
            writer.write(table)
        writer.commit(
            BatchMetadata(
                batch_id=batch_id,
                stream=made.name,
                read=rows,
                accepted=rows,
                source_name=f"scale {name}",
                source_hash=hashlib.sha256(content.encode()).hexdigest(),
                landed_at=f"{datetime.combine(scale.first_day, datetime.min.time()).isoformat()}Z",
                tool_version="scale",
            )
        )
    yield batch_id


def _object_columns(scale: Scale) -> str:
    held_from = f"timestamp '{scale.first_day - timedelta(days=365)} 00:00:00'"
    return f"""
        false as livemode,
        {held_from} as created_at,
        false as is_deleted,
        {held_from} as observed_at,
        {held_from} as effective_at,
        false as effective_at_is_assumed,
    """


def _typed_nulls(made: Stream, given: set[str]) -> str:
    """Return the columns of the stream's own that the query does not give, as nulls."""
    return ", ".join(
        f'null as "{column.name}"' for column in made.columns if column.name not in given
    )


def _customers(scale: Scale) -> str:
    given = {"name", "currency", "balance", "tax_exempt"}
    return f"""
        select
            numbers.n + 1 as batch_row,
            {_customer_id("numbers.n")} as id,
            {_object_columns(scale)}
            md5(cast(numbers.n as varchar)) as content_hash,
            concat(
                '{{"id":"', {_customer_id("numbers.n")}, '","object":"customer"}}'
            ) as object_json,
            concat('Customer ', numbers.n) as name,
            'usd' as currency,
            0 as balance,
            'none' as tax_exempt,
            {_typed_nulls(stream("customers"), given)}
        from range({scale.customers}) as numbers (n)
    """


def _meters(scale: Scale) -> str:
    given = {
        "display_name",
        "event_name",
        "status",
        "default_aggregation_formula",
        "customer_payload_key",
        "value_payload_key",
        "dimension_payload_keys",
    }
    rows = ", ".join(
        f"({place}, '{meter}', '{name}', '{formula}', {dimensions or 'null'})"
        for place, (meter, name, formula, dimensions) in enumerate(METERS, start=1)
    )
    return f"""
        select
            place as batch_row,
            meter as id,
            {_object_columns(scale)}
            md5(meter) as content_hash,
            concat('{{"id":"', meter, '","object":"billing.meter","event_name":"', event_name,
                '","display_name":"', event_name, '","status":"active"}}') as object_json,
            event_name as display_name,
            event_name,
            'active' as status,
            formula as default_aggregation_formula,
            'stripe_customer_id' as customer_payload_key,
            'value' as value_payload_key,
            dimensions as dimension_payload_keys,
            {_typed_nulls(stream("meters"), given)}
        from (values {rows}) as made (place, meter, event_name, formula, dimensions)
    """


def _customer_id(number: str) -> str:
    return f"concat('cus_0000000000', lpad(cast({number} as varchar), 8, '0'))"


def _arrivals(scale: Scale, day: int) -> str:
    """Return what arrives on a day: `n` numbers it, `m` the event, smaller when sent again."""
    a_day = scale.events_a_day
    first = a_day * day
    last = min(a_day * (day + 1), scale.events)
    draws = f"hash(numbers.n, {scale.seed}, 'resent')"
    back = f"(1 + cast(({draws} // 200) % {max(a_day, 1)} as bigint))"
    return f"""
        select
            numbers.n,
            case
                when {draws} % 200 = 0 and numbers.n >= {back} then numbers.n - {back}
                else numbers.n
            end as m
        from range({first}, {last}) as numbers (n)
    """


def _received(scale: Scale, number: str) -> str:
    a_day = scale.events_a_day
    return f"""(
        timestamp '{scale.first_day} 00:00:00'
        + to_days(cast({number} // {a_day} as integer))
        + to_microseconds(({number} % {a_day}) * 86400000000 // {a_day})
    )"""


def _draw(scale: Scale, what: str) -> str:
    return f"hash(arrivals.m, {scale.seed}, '{what}')"


def _event_name(scale: Scale) -> str:
    return f"""case
        when {_draw(scale, "name")} % 10000 = 0 then 'unheard_of'
        when {_draw(scale, "meter")} % 10 < 6 then 'tokens'
        when {_draw(scale, "meter")} % 10 < 9 then 'requests'
        else 'storage_gb'
    end"""


def _identifier(scale: Scale) -> str:
    return f"cast(md5(concat('{scale.seed}-', arrivals.m)) as varchar)"


def _events(scale: Scale, day: int) -> str:
    late = _draw(scale, "late")
    spread = f"(cast({_draw(scale, 'rank')} // 2048 as double) / 9007199254740992)"
    rank = f"cast(floor(exp({spread} * ln({scale.customers} + 1))) as bigint)"
    amount = _draw(scale, "value")
    return f"""
        select
            arrivals.n - {scale.events_a_day * day} + 1 as batch_row,
            false as livemode,
            {_received(scale, "arrivals.n")} as received_at,
            arrivals.n - {scale.events_a_day * day} + 1 as received_sequence,
            {_identifier(scale)} as identifier,
            {_event_name(scale)} as event_name,
            greatest(
                timestamp '{scale.first_day} 00:00:00',
                date_trunc('second', {_received(scale, "arrivals.m")})
                - to_seconds(cast(case
                    when {late} % 1000 = 0 then ({late} // 1000) % 2592000
                    when {late} % 1000 <= 10 then ({late} // 1000) % 259200
                    else ({late} // 1000) % 60
                end as bigint))
            ) as event_at,
            {_customer_id(f"({rank} * 7919) % {scale.customers}")} as stripe_customer_id,
            cast(case {_event_name(scale)}
                when 'tokens' then 1 + {amount} % 4000
                    + case when arrivals.m <> arrivals.n and arrivals.n % 100 = 0 then 1 else 0 end
                when 'storage_gb' then cast(1 + {amount} % 1000000 as decimal(20, 0)) * 0.001
            end as decimal(38, 12)) as value,
            map {{
                'model': ['small', 'medium', 'large', 'vision', 'audio'][
                    cast(1 + {amount} % 5 as integer)
                ],
                'region': ['eu', 'us', 'ap', 'sa'][cast(1 + {amount} % 4 as integer)]
            }} as payload
        from ({_arrivals(scale, day)}) as arrivals
    """


def _adjustments(scale: Scale, day: int) -> str:
    return f"""
        select
            row_number() over (order by arrivals.m) as batch_row,
            false as livemode,
            {_received(scale, "arrivals.m")} + interval 1 hour as received_at,
            row_number() over (order by arrivals.m) as received_sequence,
            concat('mead_', arrivals.m) as id,
            'cancel' as type,
            {_event_name(scale)} as event_name,
            {_identifier(scale)} as identifier,
            'complete' as status
        from ({_arrivals(scale, day)}) as arrivals
        where arrivals.m = arrivals.n and {_draw(scale, "cancelled")} % 10000 = 0
    """
