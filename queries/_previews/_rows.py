"""The rows of one customer, and of what they name, from which a preview starts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from queries._previews._steps import PREVIEWS, USAGE
from queries._reader import Reader

_OF_CUSTOMER: Final = ("subscriptions", "invoice_items", "billed_invoices", "credit_grants")


@dataclass(slots=True)
class Named:
    """Ids that a preview names besides what the customer's own rows name."""

    prices: list[str] = field(default_factory=list[str])
    coupons: list[str] = field(default_factory=list[str])
    tax_rates: list[str] = field(default_factory=list[str])


def real_rows(
    reader: Reader, customer: str | None, named: Named, edits: pa.Table | None
) -> dict[str, pa.Table]:
    """Give the rows of a customer and of what they name, by relation; all None where new."""
    rows: dict[str, pa.Table] = {}
    values = {"customer": customer}
    for stream in _OF_CUSTOMER:
        rows[stream] = reader.arrow(f"from previews.{stream}_of($customer)", values)
    rows["customers"] = reader.arrow("from previews.customers_of($customer)", values)
    held = _named_by(rows)
    rows["prices"] = rows_named(reader, "prices", [*held.prices, *named.prices])
    rows["coupons"] = rows_named(reader, "coupons", [*held.coupons, *named.coupons])
    rows["tax_rates"] = rows_named(reader, "tax_rates", [*held.tax_rates, *named.tax_rates])
    rows["products"] = rows_named(reader, "products", rows["prices"].column("product").to_pylist())
    rows["invoice_line_edits"] = _edits(reader, values, edits)
    by_relation = {f'{PREVIEWS}."{stream}"': table for stream, table in rows.items()}
    by_relation[USAGE] = _usage(reader, rows["subscriptions"], rows["prices"])
    return by_relation


def _named_by(rows: Mapping[str, pa.Table]) -> Named:
    """Give the ids that the versions of a customer's objects name."""
    subscriptions = _columns(rows["subscriptions"], "items", "default_tax_rates", "discounts")
    pending = _columns(rows["invoice_items"], "price", "tax_rates", "discounts")
    items = [item for each in subscriptions for item in each["items"] or ()]
    lines = [
        line for each in _columns(rows["billed_invoices"], "lines") for line in each["lines"] or ()
    ]
    discounts = [
        discount
        for each in (*subscriptions, *items, *pending)
        for discount in each["discounts"] or ()
    ]
    return Named(
        prices=_present(each["price"] for each in (*items, *pending, *lines)),
        coupons=_present(
            (
                *(discount["coupon"] for discount in discounts),
                *rows["customers"].column("discount_coupon").to_pylist(),
            )
        ),
        tax_rates=_present(
            (
                *(rate for each in (*items, *pending) for rate in each["tax_rates"] or ()),
                *(rate for each in subscriptions for rate in each["default_tax_rates"] or ()),
            )
        ),
    )


def _present(identifiers: Iterable[str | None]) -> list[str]:
    return [each for each in identifiers if each is not None]


def _columns(rows: pa.Table, *names: str) -> list[dict[str, Any]]:
    return rows.select(list(names)).to_pylist()


def rows_named(reader: Reader, stream: str, identifiers: Iterable[str | None]) -> pa.Table:
    """Give the landed versions of the objects of a stream that have these ids."""
    wanted = sorted({each for each in identifiers if each is not None})
    return reader.arrow(
        f"select * exclude (lookup_hash) from previews.{stream} "
        "where id in (select unnest(cast($ids as varchar[])))",
        {"ids": wanted},
    )


def _edits(reader: Reader, values: Mapping[str, object], unbuilt: pa.Table | None) -> pa.Table:
    built = reader.arrow(
        "select * exclude (lookup_hash) from previews.invoice_line_edits where id in ("
        "select id from main.invoice_line_edits where customer_id = $customer)",
        values,
    )
    if unbuilt is None or not unbuilt.num_rows:
        return built
    return pa.concat_tables([built, unbuilt], promote_options="permissive")


def _usage(reader: Reader, subscriptions: pa.Table, prices: pa.Table) -> pa.Table:
    """Give the usage of items that have, or ever had, a price that is not licensed."""
    licensed = {
        each["id"]
        for each in _columns(prices, "id", "recurring_usage_type")
        if each["recurring_usage_type"] == "licensed"
    }
    identifiers = dict.fromkeys(
        item["id"]
        for each in _columns(subscriptions, "items")
        for item in each["items"] or ()
        if item["price"] not in licensed
    )
    if not identifiers:
        return reader.arrow(f"from {USAGE} limit 0")
    named = {f"item_{at}": identifier for at, identifier in enumerate(identifiers)}
    # One branch an item, each with an equality: of a list, row groups would not be skipped.
    of_items = (
        f"select * from {USAGE} where subscription_item_id = ${name} "
        f"and subscription_item_id_hash = intermediate.lookup_hash(${name})"
        for name in named
    )
    return reader.arrow(" union all ".join(of_items), named)


def superseding(
    rows: pa.Table, identifier: str, from_at: datetime.datetime, new: pa.Table
) -> pa.Table:
    """Give the versions of objects with a new one of one object, which is its last.

    Versions of it from later on fall away. Where none is left, the first stays and holds until
    then: how late it was seen does not tell since when it held.
    """
    is_own = pc.is_in(rows.column("id"), value_set=pa.array([identifier], pa.string()))
    own = rows.filter(is_own).sort_by("effective_at")
    others = rows.filter(pc.invert(is_own))
    before = own.filter(pc.less(own.column("effective_at"), pa.scalar(from_at)))
    if own.num_rows and not before.num_rows:
        place = own.schema.get_field_index("effective_at")
        just_before = from_at - datetime.timedelta(microseconds=1)
        before = own.slice(0, 1).set_column(
            place, own.schema.field(place), pa.array([just_before], own.schema.field(place).type)
        )
    return pa.concat_tables([others, before, new.select(rows.column_names).cast(rows.schema)])
