"""Objects as they landed: read from the mart ``landed_objects``, numbers and all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from foundation import decode_json
from queries._expand import Object, copied
from queries._reader import Reader

IN_MODE = "($livemode is null or livemode = $livemode)"
"""Whether a row may be seen: a test key sees test rows, a live key live rows, no key all."""

# One branch a type, each with an equality: a list of types would not let row groups be skipped.
_OF_TYPE: Final = (
    "select object, id, livemode, object_json from main.landed_objects "
    "where object = $object_{number} and id_hash in ({hashes}) and list_contains($ids_{number}, id)"
)


def decoded(object_json: str) -> Object:
    """Read a landed object: id and kind first as Stripe sends them, every number exact."""
    return cast("Object", _id_first(decode_json(object_json)))


def listed(json_array: str | None) -> list[Any]:
    """Read a JSON array that a mart holds as text; empty where it holds none."""
    return cast("list[Any]", decode_json(json_array)) if json_array else []


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
    return find_landed_of_types(reader, {object_type: identifiers}, livemode)[object_type]


def find_landed_of_types(
    reader: Reader, wanted: Mapping[str, Iterable[str]], livemode: bool | None
) -> dict[str, dict[str, Object]]:
    """Give landed objects by type and id, all in one query; every type that is wanted is there."""
    asked = {object_type: dict.fromkeys(wanted[object_type]) for object_type in wanted}
    found: dict[str, dict[str, Object]] = {object_type: {} for object_type in wanted}
    missing: dict[str, list[str]] = {}
    for object_type, identifiers in asked.items():
        for identifier in identifiers:
            held = reader.recent_objects.get(object_type, identifier)
            if held is None:
                missing.setdefault(object_type, []).append(identifier)
            elif _is_in_mode(held[0], livemode):
                found[object_type][identifier] = copied(held[1])
    for row in _read_objects(reader, missing):
        reader.recent_objects.put(row["object"], row["id"], (row["livemode"], row["decoded"]))
        if _is_in_mode(row["livemode"], livemode):
            found[row["object"]][row["id"]] = copied(row["decoded"])
    for (object_type, identifier), supposed in reader.supposed.items():
        if identifier in asked.get(object_type, ()):
            found[object_type][identifier] = cast("Object", _id_first(supposed))
    return found


def _read_objects(reader: Reader, wanted: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    if not wanted:
        return []
    values: dict[str, object] = {}
    branches: list[str] = []
    for number, (object_type, identifiers) in enumerate(wanted.items()):
        values |= {f"object_{number}": object_type, f"ids_{number}": identifiers}
        named = {f"id_{number}_{at}": each for at, each in enumerate(identifiers)}
        values |= named
        hashes = ", ".join(f"intermediate.lookup_hash(${name})" for name in named)
        branches.append(_OF_TYPE.format(number=number, hashes=hashes))
    rows = reader.rows(" union all ".join(branches), values)
    return [row | {"decoded": decoded(row["object_json"])} for row in rows]


def _is_in_mode(is_live: bool, livemode: bool | None) -> bool:
    return livemode is None or is_live == livemode


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
        "select 1 from main.landed_objects where object = $object "
        f"and id_hash = intermediate.lookup_hash($id) and id = $id and {IN_MODE}",
        {"object": object_type, "id": identifier, "livemode": livemode},
    )
    return row is not None
