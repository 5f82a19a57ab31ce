"""Objects as they landed: read from the mart ``landed_objects``, numbers and all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from foundation import decode_json
from queries._expand import Object
from queries._reader import Reader

IN_MODE = "($livemode is null or livemode = $livemode)"
"""Whether a row may be seen: a test key sees test rows, a live key live rows, no key all."""


def decoded(object_json: str) -> Object:
    """Read a landed object: id and kind first as Stripe sends them, every number exact."""
    return cast("Object", _id_first(decode_json(object_json)))


def _id_first(value: Any) -> Any:
    """Put ``id`` and ``object`` first: they land with their keys sorted."""
    if isinstance(value, dict):
        held = cast("Object", value)
        first = {key: held[key] for key in ("id", "object") if key in held}
        return first | {key: _id_first(item) for key, item in held.items()}
    if isinstance(value, list):
        return [_id_first(item) for item in cast("list[Any]", value)]
    return value


def find_landed(
    reader: Reader, object_type: str, identifiers: Sequence[str], livemode: bool | None
) -> dict[str, Object]:
    """Give the landed objects of one type with these ids, by id."""
    rows = reader.rows(
        "select id, object_json from main.landed_objects "
        f"where object = $object and list_contains($ids, id) and {IN_MODE}",
        {"object": object_type, "ids": list(identifiers), "livemode": livemode},
    )
    found = {row["id"]: decoded(row["object_json"]) for row in rows}
    for identifier in identifiers:
        supposed = reader.supposed.get((object_type, identifier))
        if supposed is not None:
            found[identifier] = cast("Object", _id_first(supposed))
    return found


def find_discounts(
    reader: Reader, identifiers: Sequence[str], livemode: bool | None
) -> dict[str, Object]:
    """Give discounts by id: they land only inside the objects that they are on."""
    rows = reader.rows(
        "select object_json from main.landed_objects "
        "where object in ('subscription', 'customer', 'invoiceitem', 'invoice') "
        f"and len(list_filter($ids, lambda each: contains(object_json, each))) > 0 and {IN_MODE}",
        {"ids": list(identifiers), "livemode": livemode},
    )
    found: dict[str, Object] = {}
    for row in rows:
        for held in _objects_within(decoded(row["object_json"])):
            if held.get("object") == "discount" and held.get("id") in identifiers:
                found[held["id"]] = held
    for identifier in identifiers:
        supposed = reader.supposed.get(("discount", identifier))
        if supposed is not None:
            found[identifier] = supposed
    return found


def _objects_within(value: Any) -> Iterator[Object]:
    if isinstance(value, dict):
        held = cast("Object", value)
        yield held
        for item in held.values():
            yield from _objects_within(item)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _objects_within(item)


def is_landed(reader: Reader, object_type: str, identifier: str, livemode: bool | None) -> bool:
    """Say whether an object of this type and id landed."""
    row = reader.row(
        f"select 1 from main.landed_objects where object = $object and id = $id and {IN_MODE}",
        {"object": object_type, "id": identifier, "livemode": livemode},
    )
    return row is not None
