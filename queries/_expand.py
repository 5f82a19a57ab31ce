"""Showing objects as asked: references as ids, or in full where ``expand`` names them.

What landed may hold a reference in full, because the export was made with it; an answer depends on
the request alone, so such an object is folded to its id again unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from queries._errors import InvalidRequestError
from queries._expandable import EDGES, Edge, How

Object = dict[str, Any]
Paths = dict[str, Any]
"""A tree of paths: each field with the tree of what is expanded within it."""
Loader = Callable[[str, Sequence[str]], dict[str, Object]]
"""Give the objects of one type with these ids, by id; a missing one is left out."""

_DEEPEST = 4
"""The levels of a path, ``data`` of a list among them."""
_LEAVES = frozenset({"tax_rate", "billing.meter"})
"""What lands and leads nowhere."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A reference to load: where its id stands, and what to expand within it."""

    holder: Any
    place: Any
    target: str
    identifier: str
    paths: Paths


def paths_of(expand: Iterable[str], object_type: str, *, is_list: bool) -> Paths:
    """Read ``expand`` paths for an object type, refusing what cannot be expanded."""
    tree: Paths = {}
    for at, path in enumerate(expand):
        fields = path.split(".")
        if len(fields) > _DEEPEST:
            raise InvalidRequestError(
                f"You cannot expand more than {_DEEPEST} levels of a property. Property: {path}",
                code="property_expansion_max_depth",
                param=f"expand[{at}]",
            )
        within = fields[1:] if is_list and fields[0] == "data" else fields
        if not _leads_somewhere(object_type, within):
            raise _not_expandable(path, at)
        if within is fields and is_list:
            raise _not_expandable(path, at, instead=f"data.{path}")
        fields = within
        node = tree
        for field in fields:
            node = node.setdefault(field, {})
    return tree


def _not_expandable(path: str, at: int, *, instead: str | None = None) -> InvalidRequestError:
    hint = "" if instead is None else f" You may want to try expanding '{instead}' instead."
    return InvalidRequestError(
        f"This property cannot be expanded ({path}).{hint}", param=f"expand[{at}]"
    )


def _leads_somewhere(object_type: str, fields: list[str]) -> bool:
    """Whether a path ends at an object, be it one that is in full anyway.

    Where it leads to an object that is kept elsewhere, what lies within is not known here.
    """
    last: How | None = None
    for field in fields:
        if field == "data" and last is How.PART:
            # Through a list object: lines.data.price.
            continue
        edge = EDGES.get(object_type, {}).get(field)
        if edge is None:
            return last is How.REFERENCE and object_type not in EDGES and object_type not in _LEAVES
        object_type, last = edge.target, edge.how
    return last is not None


def show(objects: Sequence[Object], object_type: str, paths: Paths, load: Loader) -> None:
    """Bring objects into the shape asked for, in place."""
    pending: list[_Pending] = []
    for item in objects:
        _fold(item, object_type, paths, pending)
    while pending:
        pending = _load(pending, load)


def _load(pending: list[_Pending], load: Loader) -> list[_Pending]:
    wanted: dict[str, dict[str, None]] = {}
    for reference in pending:
        wanted.setdefault(reference.target, {})[reference.identifier] = None
    deeper: list[_Pending] = []
    for target, identifiers in wanted.items():
        found = load(target, list(identifiers))
        for reference in pending:
            if reference.target == target and reference.identifier in found:
                # Each place gets a copy of its own: two places may expand differently within it.
                loaded = copied(found[reference.identifier])
                reference.holder[reference.place] = loaded
                _fold(loaded, target, reference.paths, deeper)
    return deeper


def copied(value: Any) -> Any:
    """Copy an object, its parts too; text and numbers stay the same ones."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in cast("Object", value).items()}
    if isinstance(value, list):
        return [copied(item) for item in cast("list[Any]", value)]
    return value


def _fold(item: Object, object_type: str, paths: Paths, pending: list[_Pending]) -> None:
    for field, edge in EDGES.get(object_type, {}).items():
        within = paths.get(field)
        if edge.how is How.LOOKED_UP:
            # What landed under the field, if anything did, is as old as the object that has it.
            item.pop(field, None)
            if within is not None:
                pending.append(_Pending(item, field, edge.target, item["id"], within))
        elif field not in item:
            continue
        elif edge.how is How.HIDDEN and within is None:
            del item[field]
        else:
            _fold_field(item, field, edge, within, pending)


def _fold_field(
    holder: Any, place: Any, edge: Edge, within: Paths | None, pending: list[_Pending]
) -> None:
    value = holder[place]
    if isinstance(value, list):
        values = cast("list[Any]", value)
        for at in range(len(values)):
            _fold_field(values, at, edge, within, pending)
    elif isinstance(value, dict):
        held = cast("Object", value)
        if held.get("object") == "list" and isinstance(held.get("data"), list):
            _fold_field(held, "data", edge, (within or {}).get("data"), pending)
        elif edge.how is How.REFERENCE and within is None:
            holder[place] = held.get("id")
        else:
            _fold(held, edge.target, within or {}, pending)
    elif isinstance(value, str) and edge.how is How.REFERENCE and within is not None:
        pending.append(_Pending(holder, place, edge.target, value, within))
